package workspace

import (
	"context"
	"errors"
	"io"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Request is how files are repaired.
type Request struct {
	Transforms []*fixer.Transform // those of other kinds than the file's do nothing
	Inspector  baseimage.Inspector
	Options    fixer.Options
	// Separate asks for the edits of each finding whose change can be made without the
	// others: [fixer.Separate].
	Separate bool
}

// Repair loads a file of any kind and runs the transforms, as [fixer.Run] does. stdin is read if
// File.Stdin is set, and may be nil otherwise.
//
// What runs an image of the repository rests on what Repair, or [Source.Fix], made of its
// Dockerfile; so all Dockerfiles come before. The inspector is asked for other images:
// Result.Images has what it said.
//
// The error says that the file can't be read, or is not what its kind says; it is a
// *document.Error. Of a Compose file that was found and that Compose refuses, a finding says so.
// A file is repaired once, and not loaded besides. Several goroutines may repair files of one
// Link.
func (f *File) Repair(ctx context.Context, stdin io.Reader, with Request) (imagebuild.Result, error) {
	if f.isDockerfile() {
		src, err := f.Load(stdin)
		if err != nil {
			return imagebuild.Result{}, err
		}
		defer src.Close()
		src.Separate = with.Separate
		return src.Fix(ctx, with.Transforms, with.Inspector, with.Options)
	}
	if f.open == nil {
		Link([]*File{f})
	}
	defer f.leave()
	text, err := f.read(stdin, yamlfile.MaxBytes)
	if err != nil {
		return imagebuild.Result{}, err
	}
	if f.Kind == compose.Kind {
		return f.composeFile(ctx, text, with)
	}
	return f.manifest(ctx, text, with)
}

// notYAML gives an error of package yamlfile the file's name.
func (f *File) notYAML(err error) error {
	if unread := (*yamlfile.Error)(nil); errors.As(err, &unread) {
		return &document.Error{Name: f.Name, Line: unread.Line, Col: unread.Col, Msg: unread.Msg}
	}
	return err
}
