package workload

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file knows signals, and the command lines that send them.

// harmlessSignals are those whose default is not to end a process, or which are sent to end
// one; and those that Node.js handles (signal(7); nodejs.org, "Signal events").
var harmlessSignals = strings.Fields("TERM INT KILL STOP CONT TSTP TTIN TTOU CHLD URG WINCH USR1 PIPE 0")

// signalNumbers are those of Linux, on all common architectures (signal(7)).
var signalNumbers = map[string]string{
	"0": "0", "1": "HUP", "2": "INT", "3": "QUIT", "6": "ABRT", "9": "KILL", "10": "USR1", "12": "USR2", "13": "PIPE", "14": "ALRM", "15": "TERM", "17": "CHLD", "18": "CONT", "19": "STOP", "28": "WINCH",
}

// SignalName returns the name of a signal without SIG, in capitals; "" for none.
func SignalName(written string) string {
	name := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(written)), "SIG")
	if named, ok := signalNumbers[name]; ok {
		return named
	}
	return name
}

// Ends reports whether a signal ends node, where no source handles it: with an init before
// it. The kernel keeps from PID 1 what it does not handle.
func Ends(signal string) bool { return signal != "" && !slices.Contains(harmlessSignals, signal) }

// Sends returns the signal that a call of kill, pkill or killall sends, "" for none.
func Sends(c shell.Call) string {
	if !slices.Contains([]string{"kill", "pkill", "killall"}, c.Name) {
		return ""
	}
	for i, w := range c.Args {
		name, value, has := strings.Cut(w.Text, "=")
		switch {
		case (name == "-s" || name == "--signal") && has:
			return SignalName(value)
		case (name == "-s" || name == "--signal") && i+1 < len(c.Args):
			return SignalName(c.Args[i+1].Text)
		case strings.HasPrefix(w.Text, "-") && len(w.Text) > 1 && strings.Trim(w.Text[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "":
			return SignalName(w.Text[1:])
		}
	}
	return "TERM"
}

// Handles returns where sources name a signal, but for those that send it.
func (p *NodeProcess) Handles(signal string) []Evidence {
	name := "SIG" + signal
	return p.evidence(func(text string) (offsets []int) {
		for i := range indexes(text, name) {
			line := text[strings.LastIndexByte(text[:i], '\n')+1:]
			line, _, _ = strings.Cut(line, "\n")
			if line = strings.TrimSpace(line); !strings.Contains(line, "kill(") && !isComment(line) && len(offsets) < maxMatches {
				offsets = append(offsets, i)
			}
		}
		return offsets
	}, func(s *nodeSource) bool { return !s.byHand })
}
