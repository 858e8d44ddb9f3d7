package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/sources"
)

// This file finds what a shell form is without its shell, and writes exec form.

// OnlyRuns returns why the shell of a shell form does more than run its script:
// a login shell or a file that it reads first may set up an environment.
func OnlyRuns(s stage.State) error {
	if len(s.Shell) < 2 || !s.POSIXShell() {
		return errors.New("its SHELL is not a POSIX shell")
	}
	for i := 1; i < len(s.Shell); i++ {
		flag, last := s.Shell[i], i == len(s.Shell)-1
		letters := strings.TrimPrefix(flag, "-")
		if letters == flag || strings.Trim(letters, "ceuo") != "" || last != strings.Contains(letters, "c") {
			return errors.New("its SHELL has options that may set up an environment")
		}
		if strings.Contains(letters, "o") {
			if i++; i >= len(s.Shell)-1 || !slices.Contains([]string{"pipefail", "errexit", "nounset"}, s.Shell[i]) {
				return errors.New("its SHELL has options that may set up an environment")
			}
		}
	}
	for _, name := range []string{"BASH_ENV", "ENV"} {
		if v, ok := s.EnvVar(name); ok && (name == "ENV" || path.Base(s.Shell[0]) == "bash") && strings.Contains(v, "/") {
			return errors.New(name + " names a file that its shell may read first")
		}
	}
	return nil
}

// ReplacesItself reports whether the shell of a shell form executes its last command in
// its own place (observed): bash, which RHEL has as sh too, and BusyBox. Debian's dash
// stays, and a shell that is not known is taken for it.
func ReplacesItself(p *imagebuild.Pass, n *stage.Node, s stage.State) bool {
	if len(s.Shell) == 0 {
		return false
	}
	switch path.Base(s.Shell[0]) {
	case "bash", "ash":
		return true
	}
	base, err := p.Base(n, baseimage.AskDistro)
	if err != nil {
		return false
	}
	switch base.Distro.FamilyOf() {
	case baseimage.Alpine, baseimage.Busybox, baseimage.Wolfi, baseimage.RHEL:
		return true
	}
	return false
}

// ExecForm returns words in exec form, formatted like another array of the file; ""
// for the usual format.
func ExecForm(argv []string, like string) string {
	comma, open, end := ", ", "[", "]"
	if strings.Contains(like, `","`) && !strings.Contains(like, `", "`) {
		comma = ","
	}
	if strings.HasPrefix(like, "[ ") && strings.HasSuffix(like, " ]") {
		open, end = "[ ", " ]"
	}
	quoted := make([]string, len(argv))
	for i, a := range argv {
		quoted[i] = Quote(a)
	}
	return open + strings.Join(quoted, comma) + end
}

// Quote quotes a word as encoding/json does, without its escapes for HTML.
func Quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""` // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// WithoutPWD decides whether the application can do without PWD, which a shell sets
// for what it starts, and a runtime does not.
func WithoutPWD(p *imagebuild.Pass) fixer.Decision {
	switch file, unread := sources.FirstFile(p.NodeProcess().PWD()), sources.Unread(p); {
	case file != "":
		return fixer.Refusal(fmt.Sprintf("%s uses the variable PWD, which the shell sets", file))
	case unread != "":
		return fixer.Doubt("whether it uses the variable PWD, which the shell sets, can't be seen: " + unread)
	}
	return fixer.Decision{}
}
