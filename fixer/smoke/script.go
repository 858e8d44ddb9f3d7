package smoke

import (
	_ "embed"
	"fmt"

	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// text is the script without containers of its own: the arguments name one.
//
//go:embed smoke.sh
var text string

// byArguments is the last line of the script.
const byArguments = "smoke \"$@\"\n"

// capabilityNames matches the list of capabilities in the script.
var capabilityNames = lazyregexp.New(`(?s)\ncapabilities='(.*?)'`)

// IsCapability reports whether the script knows a capability by that name, without its prefix.
func IsCapability(name string) bool {
	return slices.Contains(strings.Fields(capabilityNames.FindStringSubmatch(text)[1]), name)
}

// Test is what is asked of a container, or of each container of a Compose service.
type Test struct {
	// Name is for people: "service app of compose.yaml:2".
	Name string
	// Container is that of the engine, by its name; or Service that of a Compose project whose
	// Files are these.
	Container string
	Service   string
	Files     []string
	Checks    Checks
}

// Args returns the options of the script for the test.
func (t Test) Args() (args []string) {
	if t.Container != "" {
		return append([]string{"--container", t.Container}, t.Checks.Args()...)
	}
	args = []string{"--service", t.Service}
	for _, f := range t.Files {
		args = append(args, "--file", f)
	}
	return append(args, t.Checks.Args()...)
}

// Script returns a script that runs the tests, one after the other, each with the further
// arguments that it is given. Where these name a container, they alone say what is looked at.
func Script(tests []Test) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(text, byArguments))
	b.WriteString(`# Arguments that name a container say what is asked of it. Others are for each container below.
for argument in "$@"; do
  case $argument in
  --container | --service | --pid | --help | -h)
    smoke "$@"
    exit
    ;;
  esac
done

code=0
check() {
  smoke "$@"
  last=$?
  [ "$last" -le "$code" ] || code=$last
}

# What dockmend smoke found in the files: it is to be written anew when they change.
`)
	for _, t := range tests {
		fmt.Fprintf(&b, "\n# %s\ncheck %s \"$@\"\n", comment(t.Name), Words(t.Args()))
	}
	b.WriteString("\nexit \"$code\"\n")
	return b.String()
}

// comment returns a text that stays in the line of a comment.
func comment(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

// plain matches words that a shell takes as they are.
var plain = lazyregexp.New(`^[A-Za-z0-9_./:=@%+,-]+$`)

// Words returns words as a POSIX shell reads them.
func Words(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; !plain.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
