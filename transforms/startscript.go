package transforms

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// maxScript is the largest script or package.json that is read, in bytes.
const maxScript = 1 << 20

// start follows what runs at start: the command itself, the scripts of the
// build context that it calls, and the scripts of package.json.
func (x *examiner) start() string {
	script, ok := x.run.Final.Start()
	if !ok {
		return "its start command can't be read"
	}
	return x.calls(script, 0)
}

// maxDepth bounds scripts that call each other.
const maxDepth = 8

func (x *examiner) calls(script *shell.Script, depth int) string {
	if depth > maxDepth {
		return "its start scripts call each other without end"
	}
	// Who drops root itself is the plainest reason, wherever it stands.
	for _, drops := range []bool{true, false} {
		for _, c := range script.Calls {
			if reason := needsRoot[c.Name]; reason != "" && (reason == dropsRoot) == drops && !x.serves(c) {
				return fmt.Sprintf("%s %s", c.Name, reason)
			}
		}
	}
	for _, w := range script.Writes {
		if device := strings.HasPrefix(strings.Trim(w.Raw, `"`), "/dev/"); !device && (!w.Known || !x.writable(w.Text)) {
			return fmt.Sprintf("it writes %s at start", cmp.Or(w.Text, w.Raw))
		}
	}
	for _, c := range script.Calls {
		if c.Path == "/init" {
			return "/init needs root to start other programs"
		}
		if within(c.Path, "/root") {
			return fmt.Sprintf("%s lies in root's home", c.Path)
		}
		for _, check := range []func(shell.Call, int) string{x.beside, x.writer, x.changesFiles, x.packageScript, x.file} {
			if reason := check(c, depth); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// file follows a script that was copied from the build context.
func (x *examiner) file(c shell.Call, depth int) string {
	program := c.Path
	switch c.Name {
	case "sh", "bash", "ash", "dash", ".", "source":
		if len(c.Args) == 0 || !c.Args[0].Known || strings.HasPrefix(c.Args[0].Text, "-") {
			return ""
		}
		program = c.Args[0].Text
		if !strings.Contains(program, "/") {
			program = "./" + program
		}
	case "":
		// "$@", which Start lists by itself, or a variable.
		return ""
	}
	file := x.run.Lookup(program, x.pass.Context)
	if file == "" {
		return ""
	}
	if x.files[file] {
		return "" // looked at already; scripts may call each other
	}
	if x.files == nil {
		x.files = map[string]bool{}
	}
	x.files[file] = true
	origin := x.run.Origin(file, x.pass.Context)
	looksLikeScript := path.Ext(file) == ".sh" || strings.Contains(path.Base(file), "entrypoint") || program != c.Path
	switch {
	case origin.From != "" && !looksLikeScript:
		return "" // a program that another stage built
	case !origin.Copied && (!looksLikeScript || x.inherited(program)):
		return "" // what the base image brings is looked at by baseStart
	case origin.Name == "":
		return fmt.Sprintf("it starts through %s, which can't be read from here", program)
	}
	text, err := x.read(origin.Name)
	if err != nil && !looksLikeScript {
		x.doubt = fmt.Sprintf("what %s does can't be seen: %v", program, err)
		return ""
	}
	if err != nil {
		return fmt.Sprintf("it starts through %s, which can't be read: %v", program, err)
	}
	if !strings.HasPrefix(text, "#!") && !looksLikeScript || !isShellScript(text, looksLikeScript) {
		return ""
	}
	script, err := shell.Parse(text, x.run.Final.EnvVar)
	if err != nil {
		return fmt.Sprintf("it starts through %s, whose shell can't be understood", program)
	}
	if reason := x.calls(script, depth+1); reason != "" {
		return fmt.Sprintf("%s (in %s)", reason, origin.Name)
	}
	return ""
}

// inherited reports whether a program is the base image's own entrypoint.
func (x *examiner) inherited(program string) bool {
	if x.server != nil && program == "/docker-entrypoint.sh" {
		return true // be it that the file says so again
	}
	c := x.run.Final.Entrypoint
	return c != nil && c.In == nil && len(c.Argv) > 0 && c.Argv[0] == program
}

// isShellScript looks at the first line; without one, a file that is started
// as a script is one.
func isShellScript(text string, otherwise bool) bool {
	first, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(first, "#!") {
		return otherwise
	}
	return slices.ContainsFunc(strings.Fields(first[2:]), func(word string) bool { return strings.HasSuffix(word, "sh") })
}

var errNoContext = errors.New("there is no build context to look at")

// read reads a file of the build context.
func (x *examiner) read(name string) (string, error) {
	if x.pass.Context == nil {
		return "", errNoContext
	}
	return readSmall(x.pass.Context, name)
}

// readSmall reads a regular file of at most maxScript bytes.
func readSmall(context fs.FS, name string) (string, error) {
	text, err := readLimited(context, name, maxScript)
	return string(text), err
}

// cause is the error without the path, which the message has already.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
