package repository

import (
	"path"
	"regexp"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// script is a text that a shell runs.
type script struct {
	place workload.Place // of its first line
	// block: the text's lines are those of the file. Otherwise all of it is at place.
	block bool
	text  string
	dir   value  // where it starts, from the root
	own   string // the directory of the file that contains it
	env   *environ
	by    string // as Build.By; "" for the name of the command
	// documented: it is in documentation.
	documented bool
	// within is the Dockerfile whose comment or label it is, "" for none.
	within string
	// remote: another machine runs it, whose files and directories are not known.
	remote bool
}

// scriptWork is the work for the shortest of scripts, in the unit of maxWork.
const scriptWork = 4000

// script reads the command lines of a script that build and run images. It
// returns the directory that the shell is in afterwards.
func (r *reader) script(s script) value {
	if !r.spend(s.place.File, scriptWork+len(s.text)) {
		return value{}
	}
	text := s.located()
	parsed, err := shell.Parse(text, func(name string) (string, bool) {
		v := s.env.get(name)
		return v.text, v.known
	})
	if err != nil {
		if !s.documented { // placeholders are common there
			r.gap(s.place, "a script is not read: "+cause(err))
		}
		return value{}
	}
	walk := follower{dir: s.dir, scopes: scopes(text)}
	for _, call := range parsed.Calls {
		walk.enter(call)
		switch call.Name {
		case "cd", "pushd", "popd":
			walk.change(call)
		default:
			c := command{script: &s, reader: r, dir: walk.dir, call: call}
			c.place = s.at(text, walk.start)
			if textPrograms[call.Name] && !s.documented {
				c.textUse(parsed.Calls)
			}
			c.read()
		}
	}
	r.handedOver(s, text)
	r.continuesText(s, text)
	r.patches(s, text)
	return walk.leave()
}

// at returns the place of an offset of the script.
func (s *script) at(text string, offset int) workload.Place {
	place := s.place
	if s.block {
		place.Line += strings.Count(text[:min(offset, len(text))], "\n")
	}
	return place
}

// The ways in which scripts find their own location. POSIX: "$0" is the path of the
// script that runs; bash: BASH_SOURCE is that of the file.
var (
	itself    = `"?\$(?:\{?0\}?|\{?BASH_SOURCE(?:\[0\])?\}?)"?`
	ownFolder = lazyregexp.New(`\$\(\s*dirname\s+(?:--\s+)?(?:` + itself + `|"?\$\(\s*(?:readlink\s+-f|realpath)\s+(?:--\s+)?` + itself + `\s*\)"?)\s*\)|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}`)
	gitFolder = lazyregexp.New(`\$\(\s*git\s+rev-parse\s+--show-toplevel\s*\)`)
	realPath  = lazyregexp.New(`\$\(\s*cd\s+(?:-P\s+)?(?:--\s+)?"?(` + regexp.QuoteMeta(checkout) + `[\w./@+-]*)"?\s*(?:(?:&?>|1>)\s*/dev/null\s*(?:2>&1\s*)?)?(?:&&|;)\s*pwd(?:\s+-P)?\s*\)`)
	plainPath = lazyregexp.New(`^[\w./@+-]*$`)
)

// maxOwn is the longest path that is substituted in a script, in bytes.
const maxOwn = 256

// located returns the text with the script's own location substituted. Its lines
// are those of the text.
func (s *script) located() string {
	if !strings.Contains(s.text, "$") || len(s.own) > maxOwn || !plainPath.MatchString(s.own) {
		return s.text
	}
	text := ownFolder.ReplaceAllLiteralString(s.text, path.Join(checkout, s.own))
	text = gitFolder.ReplaceAllLiteralString(text, checkout)
	return realPath.ReplaceAllString(text, "$1")
}

// scope is a part of a script that restores the directory at its end.
type scope struct{ start, end int }

// scopes returns the subshells of a script and its command substitutions, sorted by
// their starts. A script that can't be read has none: its calls are not read either.
func scopes(text string) (list []scope) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.Subshell, *syntax.CmdSubst, *syntax.ProcSubst:
			list = append(list, scope{int(n.Pos().Offset()), int(n.End().Offset())})
		}
		return true
	})
	sort.SliceStable(list, func(i, j int) bool { return list[i].start < list[j].start })
	return list
}

// follower finds the directory that each call of a script runs in.
type follower struct {
	dir    value
	stack  []value // of pushd
	scopes []scope // not entered yet
	inside []saved // entered, and not left yet
	nested *value  // the directory before a script inside the script
	start  int     // the offset of the call, or of the one that contains it
}

type saved struct {
	end int
	dir value
}

// enter moves to a call: out of the scopes that end before it, into its own.
func (f *follower) enter(call shell.Call) {
	start := call.Program.Start
	if call.Program.End == 0 { // sh -c "cd x && …": the cd is that shell's own
		if f.nested == nil {
			before := f.dir
			f.nested = &before
		}
		return
	}
	f.start = start
	if f.nested != nil {
		f.dir, f.nested = *f.nested, nil
	}
	for len(f.inside) > 0 && f.inside[len(f.inside)-1].end <= start {
		f.dir = f.inside[len(f.inside)-1].dir
		f.inside = f.inside[:len(f.inside)-1]
	}
	for len(f.scopes) > 0 && f.scopes[0].start <= start {
		if f.scopes[0].end > start {
			f.inside = append(f.inside, saved{f.scopes[0].end, f.dir})
		}
		f.scopes = f.scopes[1:]
	}
}

// leave returns the directory after the last call.
func (f *follower) leave() value {
	switch {
	case len(f.inside) > 0:
		return f.inside[0].dir
	case f.nested != nil:
		return *f.nested
	}
	return f.dir
}

// change follows cd, pushd and popd. If one may or may not run, the directory is
// unknown.
func (f *follower) change(call shell.Call) {
	if call.Name == "popd" {
		if len(f.stack) == 0 {
			f.dir = value{}
			return
		}
		f.dir, f.stack = f.stack[len(f.stack)-1], f.stack[:len(f.stack)-1]
		return
	}
	if call.Name == "pushd" && len(f.stack) < maxValues {
		f.stack = append(f.stack, f.dir)
	}
	_, operands := call.Options(func(string) bool { return false })
	if len(operands) != 1 || !call.Certain || operands[0].Text == "-" {
		f.dir = value{}
		return
	}
	to, why := local(f.dir, value{operands[0].Text, operands[0].Known})
	if f.dir.floats() && strings.HasPrefix(path.Join(f.dir.text[1:], operands[0].Text), "..") {
		why = "is above the directory that it is run from"
	}
	f.dir = value{to, why == ""}
}
