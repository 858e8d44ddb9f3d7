// Package ignorefile chooses the lines of a new .dockerignore: files that no image
// needs, except those that the Dockerfile, package.json or a build script may read.
package ignorefile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Chooser determines what an ignore file may list.
type Chooser struct {
	pass    *imagebuild.Pass
	dests   []string      // where the whole context is copied to
	sources []contextFile // other sources copied from it
	entries []fs.DirEntry // of its directory
	text    string        // of the Dockerfile's instructions
	deps    npm.Manifest  // of the directory's package.json
	noDeps  bool          // it can't be read
}

// New returns what chooses for the build context of a Dockerfile.
func New(p *imagebuild.Pass) *Chooser { return &Chooser{pass: p} }

// contextFile is a source of a COPY or ADD.
type contextFile struct {
	name string // "*.js"
	line int
}

// Copies records what is copied from the build context. It returns the first
// instruction that copies all of it, nil if there is none.
func (x *Chooser) Copies() (whole *dockerfile.Instruction) {
	for _, n := range x.pass.Graph.Nodes {
		for _, s := range n.Eval(nil).Own() {
			for _, src := range fromContext(s.In) {
				name := strings.TrimPrefix(path.Clean("/"+src), "/")
				if name != "" && name != "*" {
					x.sources = append(x.sources, contextFile{name, s.In.Line})
					continue
				}
				if whole == nil {
					whole = s.In
				}
				if c, ok := s.Before.Copy(s.In); ok {
					x.dests = append(x.dests, c.Dest)
				}
			}
		}
	}
	return whole
}

// fromContext returns the sources that a COPY or ADD takes from the build context.
func fromContext(in *dockerfile.Instruction) []string {
	switch cmd := in.Cmd.(type) {
	case *instructions.CopyCommand:
		if cmd.From == "" {
			return cmd.SourcePaths
		}
	case *instructions.AddCommand:
		return slices.DeleteFunc(slices.Clone(cmd.SourcePaths), func(src string) bool { return !steps.IsLocal(src) })
	}
	return nil
}

// IsForThis refuses if other Dockerfiles may use the directory as their context.
func (x *Chooser) IsForThis() fixer.Decision {
	var err error
	if x.entries, err = x.pass.Files().ReadDir("."); err != nil {
		return fixer.Refusal(fmt.Sprintf("the build context can't be read: %v", err))
	}
	if slices.ContainsFunc(x.entries, func(e fs.DirEntry) bool { return e.Name() == ".containerignore" }) {
		return fixer.Refusal("there is a .containerignore, which Podman reads")
	}
	for _, src := range x.sources {
		if strings.ContainsAny(src.name, `*?[$"'\`) {
			continue
		}
		if _, err := x.pass.Files().Stat(src.name); errors.Is(err, fs.ErrNotExist) {
			return fixer.Refusal(fmt.Sprintf("%s, which line %d copies, is not there, so this may not be the build context", src.name, src.line))
		}
	}
	if other := x.otherDockerfile(); other != "" {
		return fixer.Refusal(fmt.Sprintf("it would hold for %s too", other))
	}
	return fixer.Decision{}
}

// otherDockerfile finds another Dockerfile that may have the same context: one in
// its directory, or next to this one, if this one lies in a folder of it.
func (x *Chooser) otherDockerfile() string {
	if len(x.pass.Beside) > 0 {
		return x.pass.Beside[0]
	}
	own := path.Clean(x.pass.File.Name())
	base, below := path.Base(own), false
	for rest := own; strings.Contains(rest, "/") && !below; {
		_, err := x.pass.Files().Stat(strings.TrimPrefix(rest, "/"))
		below = err == nil
		_, rest, _ = strings.Cut(rest, "/")
	}
	for _, e := range x.entries {
		if mayShare(e.Name()) && !e.IsDir() && (below || e.Name() != base) {
			return e.Name()
		}
		if !below || !e.IsDir() || e.Name() == "node_modules" {
			continue
		}
		folder, err := x.pass.Files().ReadDir(e.Name())
		for _, f := range folder {
			if name := path.Join(e.Name(), f.Name()); err == nil && mayShare(f.Name()) && !f.IsDir() && !strings.HasSuffix("/"+own, "/"+name) {
				return name
			}
		}
	}
	return ""
}

// mayShare reports whether a file may be another Dockerfile, rather than the ignore
// file of one.
func mayShare(name string) bool {
	return discover.IsNamed(name) && !strings.HasSuffix(strings.ToLower(name), "ignore")
}

// installsHere reports whether the file installs packages in a directory that the
// whole context is copied to.
func (x *Chooser) installsHere() bool {
	for _, n := range x.pass.Graph.Nodes {
		for _, s := range n.Eval(nil).Own() {
			if slices.Contains(x.dests, s.Before.Workdir.Text) && installsPackages(s) {
				return true
			}
		}
	}
	return false
}

// installsPackages reports whether a RUN installs the packages of package.json in
// the directory that it starts in.
func installsPackages(s stage.Step) bool {
	script, err := s.Script()
	if s.In.Name() != "RUN" || err != nil || script == nil {
		return false
	}
	for _, c := range script.Calls {
		switch c.Name {
		case "cd", "pushd":
			return false
		case "npm", "yarn", "pnpm", "bun":
			elsewhere := c.Has("-g", "--global", "global", "--prefix", "-C", "--cwd", "--dir")
			command := installs.Command(c)
			install := slices.Contains(installs.Names, command) || c.Name == "yarn" && command == ""
			if c.Certain && install && !elsewhere {
				return true
			}
		}
	}
	return false
}
