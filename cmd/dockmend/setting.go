package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms"
)

// setting is how one Dockerfile is repaired.
type setting struct {
	transforms []*fixer.Transform
	options    fixer.Options
	build      stage.Options
}

// fileFlags are the flags that can be set for some Dockerfiles only.
type fileFlags struct {
	changeFlags `embed:""`
	buildFlags  `embed:""`
}

// check validates the flags.
func (f *fileFlags) check() error {
	if err := f.buildFlags.check(); err != nil {
		return err
	}
	return checkTransformFlags(transforms.All(), transformValues(f.Of))
}

// setting returns the setting that the flags describe.
func (f *fileFlags) setting() (*setting, error) {
	ts, err := f.pick(transforms.All())
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	return &setting{ts, f.options(), f.build()}, nil
}

// settings are the settings of each Dockerfile: the command line, then the last
// override of the configuration for it, then the rest of that.
type settings struct {
	flags *fileFlags // without overrides
	file  *config.File
	given []string // those on the command line, as arguments
	known map[string]*fileFlags
}

// of returns the flags that apply to a job.
func (s *settings) of(j *job) (*fileFlags, error) {
	if s.file == nil || len(s.file.Overrides) == 0 || j.Stdin {
		return s.flags, nil
	}
	args := s.args(s.file.For(s.place(j)))
	key := strings.Join(args, "\x00")
	if f := s.known[key]; f != nil {
		return f, nil
	}
	f, err := parseFileFlags(args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file.Name, err)
	}
	if s.known == nil {
		s.known = map[string]*fileFlags{}
	}
	s.known[key] = f
	return f, nil
}

// stated returns the flags that the configuration sets for all files, overridden by
// those of the command line.
func (s *settings) stated() (*fileFlags, error) {
	if s.file == nil {
		return parseFileFlags(s.given)
	}
	return parseFileFlags(s.args(s.file.Values))
}

// place returns the job's path from the configuration's directory.
func (s *settings) place(j *job) string {
	place, _ := j.PathFrom(s.file.Dir)
	return place
}

// args returns the values that apply to single files, as arguments: those of the
// command line instead of the configuration's.
func (s *settings) args(values []config.Value) []string {
	own := slices.DeleteFunc(slices.Clone(values), func(v config.Value) bool {
		return !v.Key.PerPath || slices.ContainsFunc(s.given, func(arg string) bool { return strings.HasPrefix(arg, "--"+v.Key.Name+"=") })
	})
	return append(s.file.Args(own), s.given...)
}

// parseFileFlags parses only flags of that kind.
func parseFileFlags(args []string) (*fileFlags, error) {
	f := fileFlags{changeFlags: newChangeFlags()}
	p, err := kong.New(&f, kong.NoDefaultHelp())
	if err != nil {
		return nil, err
	}
	if _, err := p.Parse(args); err != nil {
		return nil, err
	}
	return &f, f.check()
}

// flagNames returns the flags that a command line sets.
func flagNames(ctx *kong.Context) map[string]bool {
	names := map[string]bool{}
	for _, p := range ctx.Path {
		if p.Flag != nil && !p.Resolved {
			names[p.Flag.Name] = true
		}
	}
	return names
}

// givenFlags returns the arguments of a command line that set such flags.
func givenFlags(ctx *kong.Context) (args []string) {
	for _, p := range ctx.Path {
		if p.Flag != nil && !p.Resolved && rules[p.Flag.Name].PerPath {
			args = append(args, config.Args(p.Flag.Name, p.Flag.Target.Interface())...)
		}
	}
	return args
}
