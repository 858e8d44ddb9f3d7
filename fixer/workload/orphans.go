package workload

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the sources that leave processes behind: PID 1 gets them, and has to reap
// them.

// Orphan is a place whose processes outlive the one that starts them.
type Orphan struct {
	What string // as a fact: "starts curl in the background"
	Evidence
}

var (
	// detaching matches what takes a process out of the hands of its parent, in the
	// languages that are read.
	detaching = textMatcher{[]string{"start_new_session", "setsid", "Setsid", "detached", "fork", "daemon", "DETACHED"}, lazyregexp.New(
		// subprocess and os of Python; child_process of Node.js; os/exec of Go.
		`\bstart_new_session\s*=\s*True\b|\bpreexec_fn\s*=\s*os\.set(?:sid|pgrp)\b|\bos\.(?:fork|setsid)\(|\bdaemon\.DaemonContext\b|` +
			`\bdetached["']?\s*:\s*true\b|\bSetsid\s*:\s*true\b|` +
			// Ruby and PHP.
			`\bProcess\.daemon\b|\bpcntl_fork\(`)}
	// backgrounds matches a call that gives a shell a text which ends in &.
	backgrounds = textMatcher{[]string{" &"}, lazyregexp.New(
		`\b(?:system|popen|Popen|shell_exec|proc_open|exec\w*|spawn\w*|run|call|check_call|subprocess_shell)\s*\([^\n]*[\w/"'})] &[ ]*["'` + "`" + `]`)}
	// driving matches the packages that start a browser, whose helpers it leaves behind
	// (pptr.dev, "Troubleshooting": an init reaps them).
	driving = textMatcher{[]string{"playwright", "pyppeteer", "selenium", "puppeteer", "chromedp", "capybara", "ferrum", "panther"}, lazyregexp.New(
		`(?m)^\s*(?:from|import)\s+(?:playwright|pyppeteer|selenium)\b|\b(?:require\(|from\s|import\s)\s*['"](?:puppeteer|playwright)(?:-core|-extra|-chromium)?['"]|` +
			`"github\.com/chromedp/chromedp"|\brequire\s+['"](?:selenium-webdriver|capybara|ferrum)['"]|\bSymfony\\Component\\Panther\b|\borg\.openqa\.selenium\b`)}
)

// detachers are the programs that leave what they start in the background.
var detachers = strings.Fields("setsid daemonize daemon start-stop-daemon")

// Orphans returns the places in the sources that the container runs which leave processes
// behind.
func (w *Workload) Orphans() (list []Orphan) {
	for _, o := range w.in.Files.orphans() {
		if (w.in.Takes == nil || w.in.Takes(o.Place.File)) && w.Runs(o.Place.File) {
			list = append(list, o)
		}
	}
	for _, child := range w.ChildProcesses() {
		if !w.Runs(child.Place.File) {
			continue
		}
		w.Child(child).All(func(c *Command) bool {
			if c.Background || slices.Contains(detachers, c.Name) {
				list = append(list, Orphan{"starts " + c.Name + " in the background", child.Evidence})
			}
			return len(list) < maxResults
		})
	}
	return list
}

// findOrphans reads the sources of the context.
func (f *Files) findOrphans() (list []Orphan) {
	f.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		if gap != nil || s.lang == "" || len(list) >= maxResults {
			return
		}
		l := lines{text: text}
		for _, m := range []struct {
			textMatcher
			what string
		}{{detaching, "starts a process that outlives its parent"}, {backgrounds, "starts a program in the background"}, {driving, "starts a browser"}} {
			for _, at := range m.in(text) {
				if e := l.evidence(s.name, at); !isComment(e.Text) {
					list = append(list, Orphan{m.what, e})
					break
				}
			}
		}
	})
	return list
}
