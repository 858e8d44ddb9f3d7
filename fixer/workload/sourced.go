package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file follows scripts that a start script names by a variable: that of a loop over
// files, or a path beside the script itself.

// maxFilesOfLoop bounds the files that one loop may mean.
const maxFilesOfLoop = 50

var (
	// pathInWord matches the first absolute path in a command substitution, as in $(ls /x/*.sh).
	pathInWord = lazyregexp.New(`\s(/[\w./*?@+-]+)`)
	// besideScript matches the end of a word that names a file below a computed directory.
	besideScript = lazyregexp.New(`[}")\w]((?:/[\w.@+-]+)+)"?$`)
	// onlySets matches names of files that set variables and do nothing else: environments of
	// Python, versions of Node.js, settings.
	onlySets = lazyregexp.New(`/bin/activate"?$|/nvm\.sh"?$|(?i)\benv\b|(?i)env(?:_?file)?[}"]*$|\.env[\w.]*"?$`)
)

// unknownScript follows the scripts that a word which is not known may name. What it can't
// find is not followed.
func (f *follower) unknownScript(c *Command, word shell.Word, depth int) {
	switch strings.Trim(word.Raw, `"`) {
	case "$@", "${@}", "$*", "${*}":
		return
	}
	if onlySets.MatchString(word.Raw) {
		return
	}
	files, found := f.filesOfLoop(c, word)
	if !found {
		if file := f.besideScript(c, word); file != "" {
			files, found = []string{file}, true
		}
	}
	if !found {
		c.Unfollowed = fmt.Sprintf("the script that %s %s runs is not known", c.Name, word.Raw)
		return
	}
	for _, file := range files {
		f.program(c, file, depth)
	}
}

// unknownProgram follows the files that a program which is the variable of a loop means.
func (f *follower) unknownProgram(c *Command, depth int) {
	files, found := f.filesOfLoop(c, c.Program)
	if !found && slices.ContainsFunc(c.In.Loops, func(l shell.Loop) bool {
		return slices.Contains([]string{"$" + l.Name, "${" + l.Name + "}"}, strings.Trim(c.Program.Raw, `"`))
	}) {
		c.Unfollowed = fmt.Sprintf("the program that %s names is not known", c.Program.Raw)
	}
	for _, file := range files {
		f.program(c, file, depth)
	}
}

// filesOfLoop returns the files of the image that a word with the variable of a loop may mean.
// found is false where there is no such loop, or its files are not known.
func (f *follower) filesOfLoop(c *Command, word shell.Word) (files []string, found bool) {
	for _, loop := range c.In.Loops {
		plain, braces := "$"+loop.Name, "${"+loop.Name+"}"
		raw := strings.Trim(word.Raw, `"`)
		before, after, uses := strings.Cut(strings.ReplaceAll(raw, braces, plain), plain)
		if !uses || strings.ContainsAny(before+after, "$`") || after != "" && (isNameByte(after[0])) {
			continue
		}
		for _, item := range loop.Words {
			pattern := item.Text
			if !item.Known {
				m := pathInWord.FindStringSubmatch(item.Raw)
				if m == nil {
					return nil, false
				}
				pattern = m[1]
			}
			list, known := f.w.filesLike(before+pattern+after, c.Dir)
			if !known {
				return nil, false
			}
			files, found = append(files, list...), true
		}
	}
	return files, found && len(files) <= maxFilesOfLoop
}

// isNameByte reports whether a byte continues the name of a variable.
func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// besideScript returns the file of the image that a word names below the directory of the
// script, or one above; "" for none.
func (f *follower) besideScript(c *Command, word shell.Word) string {
	m := besideScript.FindStringSubmatch(word.Raw)
	if m == nil || c.In.Kind != ShellScript {
		return ""
	}
	for dir := path.Dir(c.In.Name); ; dir = path.Dir(dir) {
		name := path.Join(dir, m[1])
		if info, err := f.w.in.Files.Stat(name); err == nil && info.Mode().IsRegular() {
			file, _ := f.w.in.Run.Destination(name)
			return file
		}
		if dir == "." || dir == "/" {
			return ""
		}
	}
}

// runParts follows the files of the directory that run-parts is called with.
func (f *follower) runParts(c *Command, depth int) {
	_, operands := c.Options(func(string) bool { return false })
	if len(operands) != 1 || !operands[0].Known {
		f.unfollowed(c)
		return
	}
	files, known := f.w.filesLike(operands[0].Text+"/*", c.Dir)
	if !known {
		f.unfollowed(c)
		return
	}
	for _, file := range files {
		f.program(c, file, depth)
	}
}

// filesLike returns the files of the image that match a pattern of names in one directory, in
// the order of the copies that bring them; a relative one starts from dir. known is false where
// something else may put files there: another stage, a RUN, a mount of a deployment.
func (w *Workload) filesLike(pattern, dir string) (files []string, known bool) {
	if !path.IsAbs(pattern) {
		pattern = path.Join(dir, pattern)
	}
	folder, base := path.Dir(path.Clean(pattern)), path.Base(pattern)
	if !path.IsAbs(folder) || strings.ContainsAny(folder, "*?[") || w.fillsOtherwise(folder) {
		return nil, false
	}
	for _, s := range w.in.Run.Steps {
		c, ok := s.Before.Copy(s.In)
		if !ok || !Within(folder, c.Dest) && !Within(c.Dest, folder) {
			continue
		}
		names, known := w.in.Files.copiedInto(c, folder)
		if !known {
			return nil, false
		}
		for _, name := range names {
			file := path.Join(folder, name)
			if ok, err := path.Match(base, name); ok && err == nil && !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, true
}

// copiedInto returns the names of the files that a copy brings into a directory itself, and
// whether all are known.
func (f *Files) copiedInto(c stage.Copy, folder string) (names []string, known bool) {
	image := c.Heredocs()
	for _, src := range c.Sources {
		if c.From != "" || src == "" || strings.Contains(src, "://") {
			return nil, false
		}
		sources, err := f.Glob(ContextPath(src)) // a name without a pattern matches itself
		if err != nil {
			return nil, false
		}
		for _, name := range sources {
			info, err := f.Stat(name)
			switch {
			case err != nil:
				return nil, false
			case !info.IsDir() && (c.Dir || path.Ext(c.Dest) != path.Ext(name)):
				image = append(image, path.Join(c.Dest, path.Base(name)))
			case !info.IsDir():
				image = append(image, c.Dest)
			case Within(folder, c.Dest):
				entries, _ := f.ReadDir(path.Join(name, strings.TrimPrefix(folder, c.Dest)))
				for _, e := range entries {
					if !e.IsDir() {
						names = append(names, e.Name())
					}
				}
			}
		}
	}
	for _, file := range image {
		if path.Dir(file) == folder {
			names = append(names, path.Base(file))
		}
	}
	return names, true
}

// onlyPrepare are programs that make no file in a directory that they name.
var onlyPrepare = strings.Fields("mkdir chmod chown chgrp ls find dos2unix test [ set rm true cd")

// fillsOtherwise reports whether a RUN or a deployment may put files into a directory.
func (w *Workload) fillsOtherwise(folder string) bool {
	for _, d := range w.in.Deployments {
		if slices.ContainsFunc(d.Mounts, func(m Mount) bool { return Within(folder, m.Target) || Within(m.Target, folder) }) {
			return true
		}
	}
	return slices.ContainsFunc(w.in.Run.Steps, func(s stage.Step) bool {
		if s.In.Name() != "RUN" || !strings.Contains(wholeText(s.In), folder) {
			return false
		}
		script, err := s.Script()
		return err != nil || script == nil || len(script.Writes) > 0 || slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
			names := slices.ContainsFunc(c.Args, func(a shell.Word) bool { return !a.Known || strings.Contains(a.Text, folder) })
			return names && !slices.Contains(onlyPrepare, c.Name)
		})
	})
}
