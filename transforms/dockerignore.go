package transforms

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/npm"
)

// Dockerignore keeps out of the image what only the checkout needs.
var Dockerignore = &fixer.Transform{
	ID:     "dockerignore",
	Title:  "add a .dockerignore where there is none",
	Since:  "0.1.0",
	Safety: fixer.Unsafe,
	Doc: fixer.Doc{
		What: `Adds a .dockerignore where the Dockerfile copies the whole build context and there is no ignore file. It lists .git,
node_modules, npm-debug.log*, and what is there of editors' folders, .env files, coverage reports, Dockerfiles and compose
files.`,
		Why: `Without one, COPY . . takes along the history of the repository, the packages of the machine that builds, which take the
place of those just installed for the image, and the secrets in .env. All of it is sent to the builder, and any change of it
makes the copy and all that follows run again.`,
		Safety: `Never by itself: an application may read any of these files, .env most likely. What the Dockerfile, package.json or a
build script names is not listed; node_modules only where the Dockerfile installs packages in the directory that it copies to;
.git only where no build script asks git; .env only where no build tool is known to read it. Files that look like secrets are
named, never shown. Left alone, with the reason, where another Dockerfile shares the build context or the directory does not
look like it. The ignore file is never written over another.`,
		See: []string{
			"https://docs.docker.com/build/concepts/context/#dockerignore-files",
			"https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore",
		},
	},
	Run: func(p *fixer.Pass) error {
		if p.Context == nil || p.IgnoreFile != "" {
			return nil
		}
		x := &ignoring{pass: p}
		whole := x.copies()
		if whole == nil {
			return nil
		}
		const wrong = "copies the whole build context, and no ignore file keeps anything out"
		if may := x.isForThis(); may.Refused() {
			p.Report(whole.Span, fmt.Sprintf("%s, left so: %s%s", wrong, may.Refuse, x.secrets()))
			return nil
		}
		list := x.list()
		if len(list) == 0 {
			return nil
		}
		p.Create(fixer.Unsafe, whole.Span, fmt.Sprintf("%s: a .dockerignore with %s%s", wrong, strings.Join(list, ", "), x.secrets()),
			fixer.NewFile{Name: ".dockerignore", Text: []byte(strings.Join(list, "\n") + "\n")})
		return nil
	},
}

// ignoring finds out what an ignore file may list.
type ignoring struct {
	pass    *fixer.Pass
	dests   []string      // where the whole context is copied to
	sources []contextFile // what else is copied from it
	entries []fs.DirEntry // of its directory
	text    string        // of the Dockerfile's instructions
	deps    npm.Manifest  // of the directory's package.json
	noDeps  bool          // it can't be read
}

// contextFile is a source of a COPY or ADD.
type contextFile struct {
	name string // "*.js"
	line int
}

// copies notes what is copied from the build context. It returns the first
// instruction that copies all of it, nil when there is none.
func (x *ignoring) copies() (whole *dockerfile.Instruction) {
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

// fromContext are the sources that a COPY or ADD takes from the build context.
func fromContext(in *dockerfile.Instruction) []string {
	switch cmd := in.Cmd.(type) {
	case *instructions.CopyCommand:
		if cmd.From == "" {
			return cmd.SourcePaths
		}
	case *instructions.AddCommand:
		return slices.DeleteFunc(slices.Clone(cmd.SourcePaths), func(src string) bool { return !isLocal(src) })
	}
	return nil
}

// isForThis refuses where the directory may not be the context of this Dockerfile
// alone.
func (x *ignoring) isForThis() fixer.Decision {
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
// its directory, or beside this one, where this one lies in a folder of it.
func (x *ignoring) otherDockerfile() string {
	if len(x.pass.Beside) > 0 {
		return x.pass.Beside[0]
	}
	own := path.Clean(x.pass.File.Name)
	base, below := path.Base(own), false
	for rest := own; strings.Contains(rest, "/") && !below; {
		_, err := x.pass.Files().Stat(strings.TrimPrefix(rest, "/"))
		below = err == nil
		_, rest, _ = strings.Cut(rest, "/")
	}
	for _, e := range x.entries {
		if isDockerfileName(e.Name()) && !e.IsDir() && (below || e.Name() != base) {
			return e.Name()
		}
		if !below || !e.IsDir() || e.Name() == "node_modules" {
			continue
		}
		folder, err := x.pass.Files().ReadDir(e.Name())
		for _, f := range folder {
			if name := path.Join(e.Name(), f.Name()); err == nil && isDockerfileName(f.Name()) && !f.IsDir() && !strings.HasSuffix("/"+own, "/"+name) {
				return name
			}
		}
	}
	return ""
}

// isDockerfileName goes by the names that Docker and editors know.
func isDockerfileName(name string) bool {
	lower := strings.ToLower(name)
	for _, base := range []string{"dockerfile", "containerfile"} {
		if lower == base || strings.HasPrefix(lower, base+".") || strings.HasSuffix(lower, "."+base) {
			return !strings.HasSuffix(lower, "ignore")
		}
	}
	return false
}

// installsHere reports whether the file installs packages in a directory that the
// whole context is copied to.
func (x *ignoring) installsHere() bool {
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
func installsPackages(s chain.Step) bool {
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
			command := npmCommand(c)
			install := slices.Contains(npmInstalls, command) || c.Name == "yarn" && command == ""
			if c.Certain && install && !elsewhere {
				return true
			}
		}
	}
	return false
}
