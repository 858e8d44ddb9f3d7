package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// job is one file to work on, and how it is repaired.
type job struct {
	*workspace.File
	*setting
}

// repair is what one run repairs, and how: the common part of fix and verify.
type repair struct {
	jobs      []*job
	inspector baseimage.Inspector
	// unread: something could not be read, which was reported.
	unread bool
	// searched: a directory was searched, so that the number of files is worth
	// reporting.
	searched bool
}

// invocation is a command line and its configuration, besides a command's own flags.
type invocation struct {
	config *config.File // nil for none
	keys   []config.Key
	given  []string // flags of the command line that apply to single files
	// observed is what --observed names; nil for nothing.
	observed *observed.Record
	// flags are the names of all flags of the command line.
	flags map[string]bool
}

// kind returns that of the job's file.
func (j *job) kind() document.Kind { return cmp.Or(j.Kind, dockerfile.Kind) }

// prepare checks the flags, finds the files of these kinds, and gives each its settings.
func prepare(ctx context.Context, s *streams, inv *invocation, paths []string, kinds []document.Kind, flags *fileFlags, search *searchFlags, image *imageFlags, quiet bool) (*repair, error) {
	if err := flags.check(); err != nil {
		return nil, err
	}
	if err := search.checkSince(inv); err != nil {
		return nil, err
	}
	inspector, err := image.inspector(s, flags.Platform)
	if err != nil {
		return nil, err
	}
	jobs, unread, err := find(ctx, s, paths, kinds, search, quiet)
	if err != nil {
		return nil, err
	}
	if jobs, err = assign(jobs, inv, flags); err != nil {
		return nil, err
	}
	r := &repair{inspector: inspector, unread: unread}
	r.searched = slices.ContainsFunc(jobs, func(j *job) bool { return j.Found })
	r.jobs = jobs
	return r, nil
}

// assign gives each job its settings, and leaves out those that --since excludes.
func assign(jobs []*job, inv *invocation, flags *fileFlags) ([]*job, error) {
	base, err := flags.setting()
	if err != nil {
		return nil, err
	}
	var files []*workspace.File
	all := &settings{flags: flags, file: inv.config, given: inv.given}
	for _, j := range jobs {
		own, err := all.of(j)
		if err != nil {
			return nil, err
		}
		j.setting = base
		if own != flags {
			if j.setting, err = own.setting(); err != nil {
				return nil, err
			}
		}
		j.Context, j.Build, j.Images, j.Observed = own.Context, j.build, own.Images, inv.observed
		files = append(files, j.File)
	}
	workspace.Link(files)
	// Excluded jobs have a build context, too.
	return slices.DeleteFunc(jobs, func(j *job) bool { return j.Unchanged }), nil
}
