package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the paths that arguments of a start name for what the program writes:
// logs, files with the number of a process, data.

// stateDirs are the directories of the system for what programs write as they run
// (hier(7)).
var stateDirs = strings.Fields("/var/log /var/lib /var/cache /var/spool /var/run /run")

// outputOption matches the words of an option for what a program writes.
var outputOption = lazyregexp.New(`^(?:out|output|outfile|log|logs|logfile|logpath|logdir|logto|pid|pidfile|error|err|errfile|stdout|stderr|report|dump|trace|record|save|persist|store|storage|dbpath|datadir|tmpdir|tempdir|cachedir|statedir|uds)$`)

// readers are programs that only read what their arguments name.
var readers = map[string]bool{"tail": true, "head": true, "less": true, "grep": true, "stat": true, "find": true, "wc": true, "source": true, ".": true, "file": true, "readlink": true, "realpath": true, "dirname": true, "basename": true, "wait-for-it.sh": true, "[[": true}

// argumentWrites returns what arguments of the start, of the commands of deployments and of
// the programs after them name so. An image of another name has arguments of its own.
func (w *Workload) argumentWrites() (list []Write) {
	alike := slices.DeleteFunc(slices.Clone(w.in.Perhaps), func(d Deployment) bool { return !d.Alike })
	for _, as := range append([]*Workload{w}, w.startsOf(slices.DeleteFunc(slices.Concat(w.in.Deployments, alike), func(d Deployment) bool { return d.User != "" }))...) {
		as.eachScript(func(s *Script) {
			place := s.Place
			if place.File == "" {
				place = as.startPlace()
			}
			for i, c := range s.Commands {
				// An init has the words of the program that it starts.
				if !slices.ContainsFunc(s.Commands, func(other *Command) bool { return other.By == i }) {
					list = append(list, w.argumentsOf(c, place)...)
				}
			}
		})
	}
	return list
}

// argumentsOf returns those of one command. What fileTools and node's own options name is
// found elsewhere. The entrypoint of Docker's official images is followed by the program.
func (w *Workload) argumentsOf(c *Command, place Place) (list []Write) {
	program, args := c.Name, c.Args
	if program == "docker-entrypoint.sh" && len(args) > 0 && args[0].Known && !strings.HasPrefix(args[0].Text, "-") {
		program, args = path.Base(args[0].Text), args[1:]
	}
	if harmless[program] || readers[program] || onlyNamed[program] || slices.Contains(fileTools, program) || c.Manager != nil || len(c.Changes()) > 0 {
		return nil
	}
	option := ""
	for _, a := range args {
		name, value, joined := strings.Cut(a.Text, "=")
		switch {
		case joined && strings.HasPrefix(name, "-"):
		case strings.HasPrefix(a.Text, "-"):
			option = a.Text
			continue
		default:
			name, value = option, a.Text
		}
		option = ""
		if a.Known && !slices.Contains(nodeOutputs, name) && (isOutput(name, value) || IsNode(program) && w.mayReach(name, value)) {
			by := strings.TrimSpace(program + " " + name)
			list = append(list, Write{Path: path.Clean(value), By: by, Variable: by, Place: place})
		}
	}
	for _, within := range withinArguments(args, place) {
		if !slices.ContainsFunc(list, func(known Write) bool { return known.Path == within.Path }) {
			within.By = strings.TrimSpace(program + " " + within.By)
			within.Variable = within.By
			list = append(list, within)
		}
	}
	return list
}

// mayReach reports whether an absolute path among the arguments of the application itself may
// become that of a call which writes where no source says.
func (w *Workload) mayReach(option, file string) bool {
	return isPlainPath(file) && w.mayBeWritten(option, path.Clean(file)) && w.writesAnywhere() && w.readsVariable("argv")
}

// isOutput reports whether a program writes an absolute path that follows an option, "" for
// none: the option says so, or the path lies where programs keep what they write. A script,
// settings, keys and sockets are read.
func isOutput(option, file string) bool {
	if !isPlainPath(file) || readExtension.MatchString(file) {
		return false
	}
	words := nameWords(option)
	if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(readWords, word) }) {
		return false
	}
	file = path.Clean(file)
	return slices.ContainsFunc(words, outputOption.MatchString) || len(option) > 2 && namesStore(option) || dataFile.MatchString(file) ||
		slices.ContainsFunc(stateDirs, func(dir string) bool { return Within(file, dir) && file != dir })
}
