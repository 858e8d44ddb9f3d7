package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// defaultPath is PATH if nothing sets it (moby, oci.DefaultPathEnv).
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// entrypointDir is where Docker's official images keep their docker-entrypoint.sh
// (github.com/docker-library): a program that a COPY puts into a later directory of
// PATH does not start.
const entrypointDir = "/usr/local/bin"

// Lookup returns the absolute path of a program that is called by name in a working
// directory, if a COPY or ADD brought it, or a RUN writes it; "" for any other. A path with
// a slash is resolved whether or not it was copied.
func (w *Workload) Lookup(program, dir string) string {
	switch {
	case program == "":
		return ""
	case path.IsAbs(program):
		return path.Clean(program)
	case strings.Contains(program, "/"):
		if dir == "" {
			return ""
		}
		return path.Join(dir, program)
	}
	dirs, ok := w.in.Run.Final.EnvVar("PATH")
	if !ok {
		dirs = defaultPath
	}
	inherited := w.inherits(program)
	for dir := range strings.SplitSeq(dirs, ":") {
		file := path.Join(dir, program)
		if path.IsAbs(file) && w.brings(file, inherited) {
			return file
		}
		if inherited && path.Clean(dir) == entrypointDir {
			return ""
		}
	}
	return ""
}

// brings reports whether a COPY or ADD puts the file there, or a RUN writes it. inherited: the base
// image has a program of that name, so that a directory which merely could hold
// another is no evidence.
func (w *Workload) brings(file string, inherited bool) bool {
	o := w.in.Run.Origin(file, w.in.Context)
	if !o.Copied {
		return w.madeScripts()[file].in != nil
	}
	// node_modules/.bin has the names that package.json files give their programs. No
	// known one has the name of an image's entrypoint.
	if inherited && (inModulesBin(file) || o.Perhaps && !w.mentions(path.Base(file))) {
		return false
	}
	return true
}

func inModulesBin(file string) bool { return strings.HasSuffix(path.Dir(file), "/node_modules/.bin") }

// mentions reports whether an instruction of any stage, other than ENTRYPOINT and CMD,
// contains the name.
func (w *Workload) mentions(name string) bool {
	return slices.ContainsFunc(w.in.Run.Node.Graph().File.Instructions, func(in *dockerfile.Instruction) bool {
		return in.Name() != "ENTRYPOINT" && in.Name() != "CMD" && strings.Contains(wholeText(in), name)
	})
}

// wholeText returns an instruction with its heredocs.
func wholeText(in *dockerfile.Instruction) string {
	text := in.Logical
	for _, h := range in.Node.Heredocs {
		text += "\n" + h.Content
	}
	return text
}

// inherits reports whether a program is the entrypoint of the base image that the
// stage starts by that name, even if the Dockerfile states it again.
func (w *Workload) inherits(program string) bool {
	base := w.in.Run.Final.Base
	return base != nil && base.Config != nil && len(base.Config.Entrypoint) > 0 && base.Config.Entrypoint[0] == program
}

// Origin returns where a file of the image comes from.
func (w *Workload) Origin(file string) stage.Origin { return w.in.Run.Origin(file, w.in.Context) }

// IsNodesEntrypoint reports whether a program is the docker-entrypoint.sh that the
// base image starts, if that is one of Node.js. Those of databases have the same name.
func (w *Workload) IsNodesEntrypoint(program string) bool {
	base := w.in.Run.Final.Base
	if base == nil || base.Config == nil || len(base.Config.Entrypoint) != 1 || base.Config.Entrypoint[0] != program {
		return false
	}
	if slices.ContainsFunc(base.Config.Env, func(e string) bool { return strings.HasPrefix(e, "NODE_VERSION=") }) {
		return true
	}
	more, err := w.in.Ask(baseimage.AskNode)
	if err != nil {
		return false
	}
	has, _ := more.Programs.Has("node")
	return has
}

// nodesEntrypoint returns what docker-entrypoint.sh of the Node.js images executes
// (github.com/nodejs/docker-node): it puts node before an option or a word that is not
// a program.
func nodesEntrypoint(argv []string) []string {
	if len(argv) == 0 {
		return nil
	}
	switch path.Ext(argv[0]) {
	case ".js", ".mjs", ".cjs":
		return append([]string{"node"}, argv...)
	}
	if strings.HasPrefix(argv[0], "-") {
		return append([]string{"node"}, argv...)
	}
	return argv
}
