package users

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// WriteNumbers changes an existing USER that names its user, where --user-style asks for
// numbers: Kubernetes' runAsNonRoot refuses an image whose user is a name ("image has
// non-numeric user, cannot verify user is non-root").
func WriteNumbers(p *imagebuild.Pass) {
	if !ByNumber(p) {
		return
	}
	var done []*dockerfile.Instruction // several stages may inherit one
	for _, n := range p.Graph.Targets() {
		base, err := p.Base(n, baseimage.AskConfig)
		run := n.Eval(base)
		user := run.Final.User
		name, _, _ := strings.Cut(user.Text, ":")
		_, notNumber := strconv.Atoi(name)
		if user.In == nil || !user.Known || stage.IsRoot(user.Text) || notNumber == nil || !steps.Starts(run) || slices.Contains(done, user.In) {
			continue
		}
		done = append(done, user.In)
		writeNumber(p, n, run, err)
	}
}

// writeNumber changes the USER of the stage. err is why its base is not known, if it is
// not.
func writeNumber(p *imagebuild.Pass, n *stage.Node, run *stage.Evaluation, err error) {
	user := run.Final.User
	name, _, _ := strings.Cut(user.Text, ":")
	f := fixer.Finding{Problem: "USER has the name " + name + ", which Kubernetes can't verify to be other than root"}
	may := fixer.Decision{}
	var spec string
	if err == nil {
		var base *baseimage.Facts
		if base, err = p.Base(n, baseimage.AskAccounts); err == nil {
			run = n.Eval(base)
		}
	}
	switch id, ok := Lookup(run.Final, user.Text); {
	case user.In.Args[0].Text != user.Text:
		may = fixer.Refusal("a variable names the user")
	case err != nil:
		may = fixer.Refusal(fmt.Sprintf("the base image %s is unknown: %v", n.Root().Stage.Ref.Text, err))
	case run.Final.Accounts.Err != nil:
		may = fixer.Refusal(run.Final.Accounts.Err.Error())
	case !ok || id.UID == stage.Unknown || id.GID == stage.Unknown:
		may = fixer.Refusal("its number is not known: create it with one")
	default:
		spec = id.number(run, user.Text)
		f.Change, f.Reason = "use "+spec, id.whence(run)
	}
	if may.Refused() {
		p.Leave(user.In.Span, f.Problem, may.Refuse)
		return
	}
	edit, err := user.In.Replace(user.In.Args[0], spec)
	if err != nil {
		may = fixer.Refusal(err.Error())
	}
	p.Change(user.In.Span, f, may, edit)
}

// number returns the argument of USER by number that means the same user, group and
// supplementary groups: those of the user are lost where USER names a group.
func (id Identity) number(run *stage.Evaluation, user string) string {
	u, _ := run.Final.Accounts.User(id.Name)
	if !strings.Contains(user, ":") && (u.In == nil || u.Modified || run.JoinsGroups()) {
		return strconv.Itoa(id.UID)
	}
	return fmt.Sprintf("%d:%d", id.UID, id.GID)
}

// whence returns where the account comes from.
func (id Identity) whence(run *stage.Evaluation) string {
	if u, _ := run.Final.Accounts.User(id.Name); u.In != nil {
		return fmt.Sprintf("line %d creates it", u.In.Line)
	}
	id.why = InBase
	return Why(run, id)
}
