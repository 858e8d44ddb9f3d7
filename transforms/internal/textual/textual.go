// Package textual finds scripts of a repository that read a Dockerfile as text: to them
// another spelling of the same instruction is another instruction.
package textual

import (
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// The bounds of what is read: scripts lie in few places, and are short.
const (
	maxFiles = 200
	maxBytes = 256 << 10
)

// directories are where the scripts of a build lie.
var directories = strings.Fields(". bin build ci hack scripts script tools .ci .circleci .github .github/workflows")

// Reader returns the script that reads instructions of that keyword and name, such as ENV
// and VERSION, from the text of a Dockerfile; "" for none. A line of it has both, as in
// awk '$1 == "ENV" && $2 == "VERSION"'.
func Reader(p *imagebuild.Pass, keyword, name string) string {
	if p.Repository == nil {
		return ""
	}
	both := regexp.MustCompile(`\b` + regexp.QuoteMeta(keyword) + `\b.*\b` + regexp.QuoteMeta(name) + `\b`)
	files := 0
	for _, dir := range directories {
		entries, err := fs.ReadDir(p.Repository, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !isScript(e.Name()) {
				continue
			}
			if files++; files > maxFiles {
				return ""
			}
			file := path.Join(dir, e.Name())
			if slices.ContainsFunc(strings.Split(read(p.Repository, file), "\n"), both.MatchString) {
				return file
			}
		}
	}
	return ""
}

func isScript(name string) bool {
	return slices.Contains([]string{"", ".sh", ".bash", ".py", ".rb", ".pl", ".awk", ".js", ".mjs", ".yml", ".yaml", ".mk", ".json", ".json5"}, path.Ext(name)) &&
		!strings.Contains(strings.ToLower(name), "dockerfile")
}

// read returns the beginning of a file, "" for one that can't be read.
func read(fsys fs.FS, name string) string {
	f, err := fsys.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes))
	if err != nil {
		return ""
	}
	return string(text)
}
