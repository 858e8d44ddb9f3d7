package history

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/internal/accounts"
	"github.com/dockmend/dockmend/fixer/shell"
)

// Histories are untrusted, and the parser follows nested constructs by
// recursion: a script, and all those of an image together, are parsed up to
// these sizes. The official images stay far below.
const (
	maxScript  = 16 << 10
	maxScripts = 256 << 10
)

// script is what a shell script does beyond doubt.
type script struct {
	// calls are the commands that ran, and succeeded, whenever the script did.
	calls []shell.Call
	// rest is what the script may do to accounts besides the calls that add accounts.
	rest accounts.Mention
	// opaque: the text doesn't show all that the script did.
	opaque   bool
	upgrades bool // it may have changed the release of the distribution
	// ran are the names of all programs that it may have called.
	ran []string
}

// readScripts reads the scripts of the entries that are runs, by their index.
func readScripts(entries []entry) map[int]script {
	scripts := map[int]script{}
	left := maxScripts
	for i, e := range entries {
		if e.kind != run {
			continue
		}
		if left -= len(e.text); left < 0 || len(e.text) > maxScript {
			scripts[i] = unread(e.text)
			continue
		}
		scripts[i] = readScript(e)
	}
	return scripts
}

// unread returns a script that can't be read.
func unread(text string) script {
	return script{rest: accounts.Mentioned(text), opaque: true}
}

// readScript reads the script of a run, which is known to have succeeded.
func readScript(e entry) script {
	// In a POSIX shell "a &> b" is a command in the background, in bash a redirection.
	if strings.Contains(e.text, "&>") && path.Base(e.shell) != "bash" {
		return unread(e.text)
	}
	parse := shell.Parse
	if e.errexit {
		parse = shell.ParseErrexit
	}
	read, err := parse(e.text, nil)
	if err != nil {
		return unread(e.text)
	}
	var s script
	for _, c := range read.Calls {
		if c.Succeeded {
			s.calls = append(s.calls, c)
		}
		if !followed(c) {
			s.rest = max(s.rest, accounts.Mentioned(c.Name))
		}
		if unpacks(c) {
			s.rest = max(s.rest, accounts.Adds)
		}
		s.opaque = s.opaque || runsOther(c)
		s.upgrades = s.upgrades || upgrades(c)
		s.ran = append(s.ran, c.Name)
	}
	for _, w := range read.Words {
		if w.Call < 0 || !followed(read.Calls[w.Call]) {
			s.rest = max(s.rest, accounts.Mentioned(w.Text), mentioned(w.Text))
		}
	}
	return s
}

// followed reports whether the words of a call are accounted for: those of one
// that adds accounts are read, and the names of packages don't count.
func followed(c shell.Call) bool {
	return c.Plain && packageManagers[c.Name] != "" || adds(c)
}

// adds reports whether a call is sure to have run a tool that adds accounts.
func adds(c shell.Call) bool {
	return c.Plain && c.Succeeded && accounts.Tool(c.Name) && accounts.Mentioned(c.Name) == accounts.Adds
}

// mentioned returns what a word may do to accounts if it names their files other than
// in full: "/etc", "/etc/*", "/etc/$f", "/etc/{passwd,group}", "etc/passwd".
func mentioned(word string) accounts.Mention {
	w := strings.NewReplacer(`"`, "", `'`, "", `\`, "").Replace(word)
	if strings.Contains(w, "etc/passwd") || strings.Contains(w, "etc/group") {
		return accounts.Changes
	}
	_, below, found := strings.Cut(w, "/etc")
	first, _, _ := strings.Cut(strings.TrimLeft(below, "/"), "/")
	if found && (below == "" || below[0] == '/') && (first == "" || first == "." || strings.ContainsAny(first, "*?[{$`")) {
		return accounts.Adds
	}
	return accounts.Unmentioned
}

// unpacks reports whether a call may unpack a tree of files over that of the image.
func unpacks(c shell.Call) bool {
	switch c.Name {
	case "tar", "bsdtar", "cp", "mv", "rsync", "unzip", "cpio", "install", "ln", "dpkg-deb":
		return c.Has("/", "/.", "//", "-C/", "-d/", "--directory=/", "--target-directory=/", "-t/")
	}
	return false
}

// transparent are the directories whose programs are known by their names.
var transparent = append([]string{"."}, programDirs...)

// runsOther reports whether a call runs commands that it doesn't show: a script
// in a file, or one that comes through a pipe or from a variable. The configure
// script of a source archive is not one of them.
func runsOther(c shell.Call) bool {
	switch c.Name {
	case "", "eval", "ansible-playbook", "puppet", "chef-client", "salt-call":
		return true
	case ".", "source":
		return !c.Has("/etc/os-release", "/usr/lib/os-release", "/etc/lsb-release")
	case "sh", "bash", "ash", "dash", "zsh", "ksh":
		text, ok := c.Script()
		if !ok {
			return true
		}
		_, err := shell.Parse(text, nil)
		return err != nil
	case "configure":
		return false
	}
	return !slices.Contains(transparent, path.Dir(c.Path)) || strings.HasPrefix(c.Path, "./") || strings.HasPrefix(c.Path, "-")
}
