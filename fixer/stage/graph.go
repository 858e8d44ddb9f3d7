// Package stage evaluates a Dockerfile the way BuildKit builds it, without
// building: which stage is built from which, which image is at the bottom, and what
// user, working directory, environment, accounts, entrypoint and command hold
// before every instruction. What can't be known is said to be unknown, never
// guessed.
package stage

import (
	_ "crypto/sha256" // digests in references are checked against it
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
)

// DefaultPlatform is built for when nothing else is said.
const DefaultPlatform = "linux/amd64"

// Options are the build's parameters that a Dockerfile depends on.
type Options struct {
	BuildArgs map[string]string // --build-arg
	Target    string            // --target: a stage's name; "" for none
	Platform  string            // --platform; "" for DefaultPlatform
	// Contexts are the names of images and stages that the build takes from elsewhere
	// (--build-context), each with the place that states it.
	Contexts map[string]string
	// Context is the build context, without what its ignore file hides; nil where it is not
	// known: then the scripts that it may have are not followed.
	Context fs.FS
}

// Graph is a Dockerfile with the bases of its stages resolved.
type Graph struct {
	File  *dockerfile.File
	Nodes []*Node // one for each stage, in order
	opts  Options
	// globals are the ARGs before the first FROM, and the automatic ones.
	globals vars
	lex     *shell.Lex
	scripts scripts
	// accounts are those after the RUNs that were followed into their scripts.
	accounts map[accountsKey]Accounts
	built    map[*dockerfile.Stage]bool // what Builds found
}

// Node is a stage with its base resolved.
type Node struct {
	Stage *dockerfile.Stage
	// Parent is the stage that this one is built FROM. Without one, Image is
	// the external image, as the FROM names it after its ARGs were put in, or
	// Err is why it is not known.
	Parent   *Node
	Image    string
	Platform string // of the base: FROM --platform, or the build's
	Err      error
	// Children are the stages built FROM this one; Copied is set when another
	// stage copies or mounts files from it.
	Children []*Node
	Copied   bool
	sources  []*Node // the stages that this one copies or mounts files from
	depth    int     // the number of stages that it stands on
	graph    *Graph
	runs     map[*baseimage.Facts]*Evaluation // what Eval found
}

// MaxTargets is the number of stages that may become images, and MaxDepth of how
// many stages a chain may be: each is evaluated by itself, and the work for one
// file must be bounded.
const (
	MaxTargets = 100
	MaxDepth   = 64
)

// Resolve builds the graph. It fails, with a *document.Error, when the target
// is no stage of the file, and when there are more than MaxTargets or MaxDepth.
func Resolve(f *dockerfile.File, o Options) (*Graph, error) {
	return resolveWith(f, o, scripts{})
}

// Edited is Resolve for the same Dockerfile after an edit, with the same options.
// What was read of scripts is not read again.
func (g *Graph) Edited(f *dockerfile.File) (*Graph, error) {
	return resolveWith(f, g.opts, g.scripts)
}

func resolveWith(f *dockerfile.File, o Options, known scripts) (*Graph, error) {
	if o.Platform == "" {
		o.Platform = DefaultPlatform
	}
	g := &Graph{File: f, opts: o, lex: shell.NewLex(rune(f.Escape)), scripts: known, accounts: map[accountsKey]Accounts{}}
	g.evalGlobals()
	byName := map[string]*Node{}
	for _, st := range f.Stages {
		n := &Node{Stage: st, graph: g}
		g.resolveBase(n, byName)
		if n.depth >= MaxDepth {
			line, col := f.Position(st.From.Start)
			return nil, &document.Error{Name: f.Name(), Line: line, Col: col, Msg: fmt.Sprintf("more than %d stages are built from one another", MaxDepth)}
		}
		g.Nodes = append(g.Nodes, n)
		if st.Name != "" {
			byName[st.Name] = n
		}
	}
	for _, n := range g.Nodes {
		n.markSources(byName)
	}
	if n := len(g.Targets()); n > MaxTargets {
		return nil, &document.Error{Name: f.Name(), Msg: fmt.Sprintf("%d stages become images, more than %d", n, MaxTargets)}
	}
	if o.Target != "" && byName[strings.ToLower(o.Target)] == nil {
		return nil, &document.Error{Name: f.Name(), Msg: fmt.Sprintf("no stage is named %q%s", o.Target, names(f))}
	}
	return g, nil
}

// names lists the stages for an error, in the order of the file.
func names(f *dockerfile.File) string {
	var list []string
	for _, st := range f.Stages {
		if st.Name != "" {
			list = append(list, st.Name)
		}
	}
	if len(list) == 0 || len(list) > 20 {
		return ""
	}
	return "; there are " + strings.Join(list, ", ")
}

// evalGlobals evaluates the ARGs before the first FROM (buildMetaArgs of
// BuildKit) on top of the automatic platform ARGs.
func (g *Graph) evalGlobals() {
	build := strings.SplitN(DefaultPlatform, "/", 2)
	target := append(strings.SplitN(g.opts.Platform, "/", 3), "", "")
	for _, kv := range [][2]string{
		{"BUILDPLATFORM", DefaultPlatform}, {"BUILDOS", build[0]}, {"BUILDARCH", build[1]}, {"BUILDVARIANT", ""},
		{"TARGETPLATFORM", g.opts.Platform}, {"TARGETOS", target[0]}, {"TARGETARCH", target[1]}, {"TARGETVARIANT", target[2]},
	} {
		v, ok := g.opts.BuildArgs[kv[0]]
		if !ok {
			v = kv[1]
		}
		g.globals = g.globals.set(variable{name: kv[0], value: v, known: true, fromArg: true})
	}
	for _, in := range g.File.Globals {
		cmd, ok := in.Cmd.(*instructions.ArgCommand)
		if !ok {
			continue
		}
		for _, a := range cmd.Args {
			if v, ok := g.opts.BuildArgs[a.Key]; ok {
				g.globals = g.globals.set(variable{name: a.Key, value: v, known: true, fromArg: true})
			} else if a.Value != nil {
				v, err := g.expand(*a.Value, g.globals)
				g.globals = g.globals.set(variable{name: a.Key, value: v, known: err == nil, fromArg: true})
			}
		}
	}
}

func (g *Graph) resolveBase(n *Node, byName map[string]*Node) {
	n.Platform = g.opts.Platform
	if from, ok := n.Stage.From.Cmd.(*instructions.Stage); ok && from.Platform != "" {
		n.Platform, n.Err = g.expand(from.Platform, g.globals)
	}
	ref, err := g.expand(n.Stage.Ref.Text, g.globals)
	if err != nil {
		n.Err = err
		return
	}
	if err := g.opts.Replaced(n.Stage.Name); err != nil {
		n.Err = err
		return // it is never built
	}
	if p := byName[ref]; p != nil {
		n.Parent, n.depth = p, p.depth+1
		p.Children = append(p.Children, n)
		return
	}
	if err := g.opts.Replaced(ref); err != nil {
		n.Err = err
		return
	}
	n.Image = ref
	if _, err := reference.ParseNormalizedNamed(ref); err != nil {
		n.Err = fmt.Errorf("%q is no image reference", ref)
	}
}

// markSources notes the stages that n copies or mounts from.
func (n *Node) markSources(byName map[string]*Node) {
	for _, in := range n.Stage.Body {
		for _, ref := range Sources(in) {
			src := byName[strings.ToLower(ref)]
			if i, err := strconv.Atoi(ref); err == nil && i >= 0 && i < len(n.graph.Nodes) {
				src = n.graph.Nodes[i]
			}
			if src != nil && src != n {
				src.Copied = true
				n.sources = append(n.sources, src)
			}
		}
	}
}

// stage finds the stage that a COPY --from in the stage with that index names;
// nil for an image, and for what BuildKit would refuse.
func (g *Graph) stage(ref string, index int) *Node {
	if i, err := strconv.Atoi(ref); err == nil {
		if i >= 0 && i < index {
			return g.Nodes[i]
		}
		return nil
	}
	for _, n := range slices.Backward(g.Nodes[:index]) {
		if n.Stage.Name != "" && n.Stage.Name == strings.ToLower(ref) {
			return n
		}
	}
	return nil
}

// From returns the stage that a COPY --from in another one names; nil for an image.
func (g *Graph) From(ref string, in *Node) *Node { return g.stage(ref, in.Stage.Index) }

// Sources returns the stages or images that an instruction takes files from, as it
// names them.
func Sources(in *dockerfile.Instruction) (refs []string) {
	if c, ok := in.Cmd.(*instructions.CopyCommand); ok && c.From != "" {
		refs = append(refs, c.From)
	}
	for _, w := range in.Flags {
		if mount, ok := strings.CutPrefix(w.Text, "--mount="); ok {
			for field := range strings.SplitSeq(mount, ",") {
				if from, ok := strings.CutPrefix(strings.TrimSpace(field), "from="); ok {
					refs = append(refs, from)
				}
			}
		}
	}
	return refs
}

// Targets returns the stages that become images: the one named by --target, or
// else the last stage and every other leaf, a stage that no stage is built
// FROM and none takes files from.
func (g *Graph) Targets() []*Node {
	if g.opts.Target == "" {
		return g.leaves()
	}
	var list []*Node
	for _, n := range g.Nodes {
		if n.Stage.Name == strings.ToLower(g.opts.Target) {
			list = []*Node{n} // the last one of a name wins, as in BuildKit
		}
	}
	return list
}

func (g *Graph) leaves() (list []*Node) {
	for _, n := range g.Nodes {
		if n.IsLast() || len(n.Children) == 0 && !n.Copied {
			list = append(list, n)
		}
	}
	return list
}

// Builds reports whether a build of the targets builds the stage: it is one of
// them, or one is built from it or takes files from it, directly or not.
func (g *Graph) Builds(st *dockerfile.Stage) bool {
	if g.built == nil {
		g.built = map[*dockerfile.Stage]bool{}
		for left := g.Targets(); len(left) > 0; {
			n := left[len(left)-1]
			left = left[:len(left)-1]
			if g.built[n.Stage] {
				continue
			}
			g.built[n.Stage] = true
			left = append(left, n.sources...)
			if n.Parent != nil {
				left = append(left, n.Parent)
			}
		}
	}
	return g.built[st]
}

// Chain returns the stages that n is built from, n last.
func (n *Node) Chain() []*Node {
	var c []*Node
	for ; n != nil; n = n.Parent {
		c = append(c, n)
	}
	slices.Reverse(c)
	return c
}

// Root returns the stage at the bottom of the chain, the one with an external image.
func (n *Node) Root() *Node { return n.Chain()[0] }

// Graph returns the graph that the stage is part of.
func (n *Node) Graph() *Graph { return n.graph }

// IsLast reports whether the stage is the last of the file, the one that a
// build without --target makes.
func (n *Node) IsLast() bool { return n == n.graph.Nodes[len(n.graph.Nodes)-1] }

// expand puts variables into a word of the Dockerfile with BuildKit's own
// lexer. It fails on a variable whose value is not known.
func (g *Graph) expand(word string, v vars) (string, error) {
	if !strings.ContainsAny(word, "$'\"\\`") {
		return bounded(word)
	}
	if strings.Count(word, "$") > maxVariables {
		return "", errTooLong
	}
	if !utf8.ValidString(word) {
		return "", errNotUTF8 // the lexer would complain to standard error
	}
	res, err := g.lex.ProcessWordWithMatches(word, v)
	if err != nil {
		return "", err
	}
	for _, name := range sortedKeys(res.Unmatched) {
		if hasDefault(word, name) {
			continue
		}
		return "", fmt.Errorf("the variable %s has no default: give it one, or pass --build-arg %s=…", name, name)
	}
	return bounded(res.Result)
}

func (g *Graph) dependsOnArg(word string, v vars) bool {
	if !strings.Contains(word, "$") || strings.Count(word, "$") > maxVariables || !utf8.ValidString(word) {
		return strings.Contains(word, "$")
	}
	res, err := g.lex.ProcessWordWithMatches(word, v)
	return err != nil || v.dependsOnArg(res.Matched)
}

// A variable may be made of others, and they of others again: forty lines can
// ask for a terabyte. What is longer than any real value is not known.
const (
	maxValue     = 4096 // bytes
	maxVariables = 256  // in one word
)

var errNotUTF8 = errors.New("it is not UTF-8")

var errTooLong = fmt.Errorf("a value is longer than %d bytes", maxValue)

func bounded(value string) (string, error) {
	if len(value) > maxValue {
		return "", errTooLong
	}
	return value, nil
}

// hasDefault reports whether a word says itself, wherever it has the variable,
// what holds when that is not set: ${x:-default}, ${x:+other}.
func hasDefault(word, name string) bool {
	for _, ref := range strings.Split(word, "$")[1:] {
		braced := strings.TrimPrefix(ref, "{")
		rest, found := strings.CutPrefix(braced, name)
		if !found || rest != "" && isNameByte(rest[0]) {
			continue // another variable
		}
		rest = strings.TrimPrefix(rest, ":")
		if braced == ref || !strings.HasPrefix(rest, "-") && !strings.HasPrefix(rest, "+") {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
