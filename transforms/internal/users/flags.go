package users

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// The flags that select the user of containers.
var (
	// Name is the name, or the number, of the user of containers; "" for the one
	// that fits the image best.
	Name = &fixer.Flag{
		Name: "user", Placeholder: "NAME", Check: checkName,
		Help: "Who containers run as, instead of the user that fits the image best. A user whose name the image doesn't have is made; numbers (1000, 1000:1000) are taken as they are.",
	}
	// Number is the number of a new user, "" for the first free one.
	Number = &fixer.Flag{
		Name: "uid", Placeholder: "N", Number: true, Check: checkNumber,
		Help: "The number of a user that has to be made. Default: the first free one from 1000 on.",
	}
	// Style is how USER is written: for Kubernetes' runAsNonRoot, which can't check a
	// name, by number.
	Style = &fixer.Flag{
		Name: "user-style", Enum: []string{"name", numeric}, Default: "name",
		Help: "How USER is written: a name (USER node) or numbers (USER 1000:1000), which Kubernetes' runAsNonRoot wants.",
	}
)

const numeric = "numeric"

// ByNumber reports whether users are to be written by their numbers.
func ByNumber(p *imagebuild.Pass) bool { return Style.Of(p.Options) == numeric }

// aUser matches a name that needs no quotes in an instruction or a shell (POSIX,
// "3.426 User Name"), or a number, perhaps with that of a group.
var aUser = lazyregexp.New(`^(?:[A-Za-z_][A-Za-z0-9._-]*|[0-9]+(?::[0-9]+)?)$`)

// checkName makes sure that a value of --user names a user other than root.
func checkName(value string) (problem, hint string) {
	name, _, _ := strings.Cut(value, ":")
	switch {
	case !aUser.MatchString(value):
		return fmt.Sprintf("--user %q is neither a name nor a number", value), "as in --user app, --user 1000 or --user 1000:1000"
	case name == "root" || strings.Trim(name, "0") == "":
		return fmt.Sprintf("--user %s is root", value), "without --user, the one that fits the image best is taken"
	}
	return "", ""
}

// maxUID is the largest number of a user that does not mark an error.
const maxUID = 1<<31 - 2

func checkNumber(value string) (problem, hint string) {
	n, err := strconv.Atoi(value)
	switch {
	case err == nil && n == 0:
		return "--uid 0 is root", "images use 1000 and up"
	case err != nil || n < 0 || n > maxUID:
		return fmt.Sprintf("--uid %s is no number of a user", value), fmt.Sprintf("from 1 to %d; images use 1000 and up", maxUID)
	}
	return "", ""
}

// wanted is the number that --uid asks for, 0 for none.
func wanted(p *imagebuild.Pass) int {
	n, _ := strconv.Atoi(Number.Of(p.Options)) // it was checked where it was set
	return n
}
