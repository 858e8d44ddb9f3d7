package compose

import (
	"io/fs"
	"path"

	"github.com/dockmend/dockmend/fixer/workload"
)

// LoadExample returns the project of a Compose file that is shown in a documentation
// file, starting at a line, which counts from 1. It is read by itself, as if it were
// where the documentation is: no other file is read, variables have only their
// defaults, and undeclared references are taken to exist. Errors in it are gaps of the
// project.
func LoadExample(file string, line int, content string) *Project {
	r := newReader(noFiles{})
	r.texts[file] = text{content: content}
	b := newBuilder(r)
	b.example = true
	p := b.project("", []string{file}, environment{})
	p.shift(line - 1)
	return p
}

// noFiles is a file system without files.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: path.Base(name), Err: fs.ErrNotExist}
}

// shift moves all places down by a number of lines.
func (p *Project) shift(by int) {
	move := func(place *workload.Place) {
		if place.Line > 0 {
			place.Line += by
		}
	}
	gaps := func(list []workload.Gap) {
		for i := range list {
			move(&list[i].Place)
		}
	}
	gaps(p.Gaps)
	for _, s := range p.Services {
		move(&s.Place)
		for i := range s.Parts {
			move(&s.Parts[i].Place)
		}
		for name, place := range s.Attributes {
			move(&place)
			s.Attributes[name] = place
		}
		if s.Build != nil {
			move(&s.Build.Place)
			for name, place := range s.Build.Contexts {
				move(&place)
				s.Build.Contexts[name] = place
			}
		}
		d := &s.Deployment
		move(&d.Place)
		move(&d.Rights)
		move(&d.NoProcessOne)
		move(&d.Grace)
		for _, limit := range []*workload.Limit{d.UserProcesses, d.FirstPort} {
			if limit != nil {
				move(&limit.Place)
			}
		}
		gaps(d.Gaps)
		for i := range d.Env {
			move(&d.Env[i].Place)
		}
		for i := range d.Mounts {
			move(&d.Mounts[i].Place)
		}
	}
}
