package stage

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds the scripts of the build context that a RUN runs.

const (
	maxScripts     = 16      // that one RUN runs, and those run in turn
	maxLooks       = 200     // calls of one RUN that may be one
	maxCopies      = 100     // that are searched for one
	maxScriptBytes = 1 << 20 // of one
)

// contextScript is a script that a COPY or a bind mount brings.
type contextScript struct {
	name string // its path in the build context, or in the image where the Dockerfile has its text
	text string
}

// isShell reports whether a shell runs the script.
func (f contextScript) isShell() bool {
	first, _, _ := strings.Cut(f.text, "\n")
	return !strings.HasPrefix(first, "#!") || slices.ContainsFunc(strings.Fields(first[2:]), func(word string) bool { return strings.HasSuffix(word, "sh") })
}

// interpreters run the file that is their first operand.
var interpreters = strings.Fields("sh bash ash dash zsh ksh . source python python2 python3 perl ruby")

// runs returns the script that a call in a RUN runs, if the RUN finds it there.
func (s State) runs(in *dockerfile.Instruction, c shell.Call) (contextScript, bool) {
	program := c.Program
	if slices.Contains(interpreters, c.Name) {
		i := slices.IndexFunc(c.Args, func(w shell.Word) bool { return !strings.HasPrefix(w.Text, "-") })
		if i < 0 || slices.ContainsFunc(c.Args[:i], func(w shell.Word) bool { return w.Text == "-c" || w.Text == "-m" }) {
			return contextScript{}, false
		}
		program = c.Args[i]
	} else if !strings.Contains(program.Text, "/") {
		return contextScript{}, false
	}
	dir, ok := c.In(s.Workdir.Text)
	file, known := program.In(dir)
	if !known || !path.IsAbs(file) || !ok && !path.IsAbs(program.Text) {
		return contextScript{}, false
	}
	return s.find(in, path.Clean(file))
}

// find returns the file at a path of the image before an instruction, as its mounts and the
// copies up to there bring it. It is false where that is not known.
func (s State) find(in *dockerfile.Instruction, file string) (contextScript, bool) {
	if name, ok := mounted(in, file); ok {
		return s.readScript(name)
	}
	node := s.graph.nodeOf(in)
	for _, c := range slices.Backward(s.brought[max(0, len(s.brought)-maxCopies):]) {
		if text, ok := c.content(file); ok {
			return contextScript{file, text}, true
		}
		for _, src := range c.Sources {
			name, covers := "", false
			switch {
			case src == "":
			case c.From != "":
				o := (&Evaluation{Node: node}).throughStage(c, src, file, s.graph.opts.Context)
				name, covers = o.Name, o.Copied && !o.Perhaps
			default:
				name, covers = c.source(src, file, s.graph.opts.Context)
			}
			if covers {
				return s.readScript(name)
			}
		}
	}
	return contextScript{}, false
}

// content returns the text of a file that a COPY has in a heredoc.
func (c Copy) content(file string) (string, bool) {
	cmd, ok := c.In.Cmd.(*instructions.CopyCommand)
	if !ok {
		return "", false
	}
	for _, one := range cmd.SourceContents {
		if file == c.Dest && !c.Dir || file == path.Join(c.Dest, one.Path) {
			return one.Data, true
		}
	}
	return "", false
}

// mounted returns the path in the build context of a file that a bind mount of a RUN brings.
func mounted(in *dockerfile.Instruction, file string) (name string, ok bool) {
	for _, w := range in.Flags {
		mount, isMount := strings.CutPrefix(w.Text, "--mount=")
		if !isMount {
			continue
		}
		source, target, isBind := ".", "", true
		for field := range strings.SplitSeq(mount, ",") {
			switch key, value, _ := strings.Cut(strings.TrimSpace(field), "="); key {
			case "type":
				isBind = value == "bind"
			case "from":
				isBind = false
			case "source", "src":
				source = value
			case "target", "dst", "destination":
				target = path.Clean(value)
			}
		}
		rest, below := strings.CutPrefix(file, strings.TrimSuffix(target, "/")+"/")
		if isBind && target != "" && (below || file == target) {
			if file == target {
				rest = ""
			}
			return strings.TrimPrefix(path.Join("/", source, rest), "/"), true
		}
	}
	return "", false
}

// readScript reads a file of the build context.
func (s State) readScript(name string) (contextScript, bool) {
	context := s.graph.opts.Context
	if context == nil || !fs.ValidPath(name) {
		return contextScript{}, false
	}
	if info, err := fs.Stat(context, name); err != nil || !info.Mode().IsRegular() || info.Size() > maxScriptBytes {
		return contextScript{}, false // opening a named pipe may never return
	}
	file, err := context.Open(name)
	if err != nil {
		return contextScript{}, false
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxScriptBytes))
	return contextScript{name, string(text)}, err == nil
}

// nodeOf returns the stage that an instruction is part of, nil for none.
func (g *Graph) nodeOf(in *dockerfile.Instruction) *Node {
	for _, n := range slices.Backward(g.Nodes) {
		if n.Stage.From.Index <= in.Index {
			return n
		}
	}
	return nil
}

// Scripts returns the texts of the scripts of the build context that a RUN runs itself, by their
// paths there.
func (s Step) Scripts() map[string]string {
	script, err := s.Script()
	if err != nil || script == nil {
		return nil
	}
	texts := map[string]string{}
	for _, c := range script.Calls[:min(len(script.Calls), maxLooks)] {
		if len(texts) == maxScripts {
			break
		}
		if one, ok := s.Before.runs(s.In, c); ok {
			texts[one.name] = one.text
		}
	}
	return texts
}
