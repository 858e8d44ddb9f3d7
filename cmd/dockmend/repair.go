package main

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/transforms"
)

// repair is what one run repairs, and how: what fix and verify have in common.
type repair struct {
	jobs       []*job
	transforms []*fixer.Transform
	inspector  baseimage.Inspector
	options    fixer.Options
}

// prepare checks the flags and finds the Dockerfiles.
func prepare(s *streams, paths []string, change *changeFlags, build *buildFlags, image *imageFlags) (*repair, error) {
	ts, err := change.pick(transforms.All)
	if err != nil {
		return nil, err
	}
	if err := build.check(); err != nil {
		return nil, err
	}
	if err := change.checkUser(); err != nil {
		return nil, err
	}
	inspector, err := image.inspector(s, build.Platform)
	if err != nil {
		return nil, err
	}
	jobs, err := find(s, paths, build.Context)
	if err != nil {
		return nil, err
	}
	introduce(jobs)
	return &repair{jobs: jobs, transforms: ts, inspector: inspector, options: change.options(build.build())}, nil
}
