package repository

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// The bounds for files that nothing else reads.
const (
	maxUnread      = 20_000 // files
	maxUnreadFile  = 64 << 10
	maxUnreadBytes = 32 << 20
)

// unread looks at the files that nothing else reads, where there are services or pods: what runs a
// command as root in their containers, or builds their images, may be written in any language.
func (r *reader) unread() {
	if len(r.projects) == 0 && !r.kubernetes {
		return
	}
	left, bytesLeft := maxUnread, maxUnreadBytes
	for _, name := range slices.Sorted(maps.Keys(r.exists)) {
		if r.hinted[name] || notText[strings.ToLower(path.Ext(name))] {
			continue
		}
		if left--; left < 0 || bytesLeft < 0 {
			return
		}
		info, err := fs.Stat(r.fsys, name)
		if err != nil || info.Size() > maxUnreadFile {
			continue
		}
		text, err := fs.ReadFile(r.fsys, name)
		if err != nil {
			continue // what concerns it is a gap of its own
		}
		bytesLeft -= len(text)
		r.hints(name, text)
	}
}

// notText are extensions of files without command lines.
var notText = map[string]bool{}

func init() {
	for ext := range strings.FieldsSeq(".png .jpg .jpeg .gif .ico .svg .webp .pdf .woff .woff2 .ttf .eot .zip .gz .tgz .jar .class .so .exe .bin .mp3 .mp4 .webm .css .scss .less .map .lock .sum .snap .csv .sql .po .mo") {
		notText[ext] = true
	}
}
