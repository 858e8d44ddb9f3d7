package stage

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// Heredocs returns the files of the image that the copy makes of heredocs.
func (c Copy) Heredocs() (files []string) {
	for _, h := range c.contents() {
		if c.Dir {
			files = append(files, path.Join(c.Dest, h.Path))
		} else {
			files = append(files, c.Dest)
		}
	}
	return files
}

// heredoc returns the text of the file of the image that the copy makes of a heredoc. Where
// BuildKit puts variables into it, they are as written.
func (c Copy) heredoc(file string) (text string, ok bool) {
	for i, name := range c.Heredocs() {
		if file != name {
			continue
		}
		h := c.contents()[i]
		if h.Expand {
			h.Data = strings.ReplaceAll(h.Data, `\$`, "$")
		}
		return h.Data, true
	}
	return "", false
}

func (c Copy) contents() []instructions.SourceContent {
	switch cmd := c.In.Cmd.(type) {
	case *instructions.CopyCommand:
		return cmd.SourceContents
	case *instructions.AddCommand:
		return cmd.SourceContents
	}
	return nil
}
