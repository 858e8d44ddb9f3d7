package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds what the options of programs name for writing, whichever program it is:
// in the arguments of the start, and in variables that hold options (JAVA_TOOL_OPTIONS,
// GUNICORN_CMD_ARGS).

var (
	// optionPath matches an absolute path in a word, and what is before it.
	optionPath = lazyregexp.New(`^(.*?(?:^|[=:]))(/[\w.@+-][\w./@+%-]*)`)
	// writtenFile matches the names of files that no program has for reading alone.
	writtenFile = lazyregexp.New(`(?i)\.(?:log|pid)$`)
	// onlyRead matches the names of settings, code and certificates.
	onlyRead = lazyregexp.New(`(?i)\.(?:conf|cfg|cnf|ini|ya?ml|xml|json5?|properties|toml|env|[cm]?[jt]s|py|rb|jar|so|pem|crt|cer|key|csv|txt|tmpl|tpl)$`)
)

// outputWords are the words of an option whose path is written.
var outputWords = strings.Fields("log logs logfile logfiles logdir logpath accesslog errorlog pid pidfile pidpath dump dumps dumpfile dumpdir dumppath " +
	"data datadir db dbpath dbdir dbfile database sqlite storage upload uploads spool state cache cachedir")

// maxOptionWords bounds the words of one value.
const maxOptionWords = 500

// optionWrites returns what the words of options name for writing. by is the variable that
// holds them, "" for arguments.
func optionWrites(words []string, by string, place Place) (list []Write) {
	for i, word := range words[:min(len(words), maxOptionWords)] {
		word = strings.Trim(word, `"'`)
		m := optionPath.FindStringSubmatch(word)
		if m == nil {
			continue
		}
		name := m[1]
		if name == "" && i > 0 && strings.HasPrefix(words[i-1], "-") && !strings.Contains(words[i-1], "=") {
			name = words[i-1]
		}
		if name == "" && by == "" || !namesOutput(name, m[2]) {
			continue
		}
		list = append(list, Write{Path: path.Clean(m[2]), By: by, Variable: by, Place: place})
		if by == "" {
			last := &list[len(list)-1]
			last.Variable = strings.TrimRight(name, "=:")
			last.By = last.Variable
		}
	}
	return list
}

// namesOutput reports whether an option, or the file that it names, says that the file is
// written: a log, a pid file, a socket to listen on, a directory for data.
func namesOutput(option, file string) bool {
	words := nameWords(option)
	switch {
	case onlyRead.MatchString(file) || IsTemporary(file):
		return false
	case writtenFile.MatchString(file):
		return true
	case Within(file, "/usr") || Within(file, "/etc"): // which packages fill
		return false
	case strings.HasSuffix(option, "unix:"):
		return slices.Contains(words, "bind") || slices.Contains(words, "listen")
	case slices.ContainsFunc(words, func(w string) bool { return slices.Contains(readWords, w) || w == "host" || w == "url" }):
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(outputWords, w) })
}

// variableOptions returns what the options in a variable name for writing.
func variableOptions(name, value string, place Place) []Write {
	if installed.MatchString(name) || name == "NODE_OPTIONS" || !strings.Contains(value, "/") {
		return nil
	}
	return optionWrites(strings.Fields(value), name, place)
}

// environmentOptions returns what options in the variables of the image and of its
// deployments name for writing.
func (w *Workload) environmentOptions() (list []Write) {
	for _, s := range w.in.Run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.EnvCommand)
		if !ok {
			continue
		}
		for _, kv := range cmd.Env {
			if value, known := s.Before.Expand(kv.Value); known {
				list = append(list, variableOptions(kv.Key, value, Place{File: w.in.Run.Node.Graph().File.Name(), Line: s.In.Line})...)
			}
		}
	}
	for _, d := range w.in.Deployments {
		for _, v := range d.Env {
			if v.Known {
				list = append(list, variableOptions(v.Name, v.Value, v.Place)...)
			}
		}
	}
	return list
}

// withinArguments returns what words of arguments name in themselves, as in
// -Xlog:gc:file=/var/log/gc.log.
func withinArguments(args []shell.Word, place Place) []Write {
	var words []string
	for _, a := range args {
		words = append(words, a.Text)
	}
	return optionWrites(words, "", place)
}
