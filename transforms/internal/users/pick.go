package users

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
)

// Failing tells of a RUN that makes a user or a group that the base image has
// already, nil when there is none.
func Failing(p *imagebuild.Pass, n *stage.Node) *stage.Accounts {
	base, err := p.Base(n, baseimage.AskDistro|baseimage.AskUsers)
	if a := n.Eval(base).Final.Accounts; err == nil && a.Fails != nil {
		return &a
	}
	return nil
}

// Pick chooses the user, and asks of the base image what that takes: first what
// its history may tell, then what only its files do.
func Pick(p *imagebuild.Pass, n *stage.Node) (*stage.Evaluation, Identity, error) {
	ask := func(what baseimage.Ask) (run *stage.Evaluation, err error) {
		base, err := p.Base(n, what)
		return n.Eval(base), err
	}
	run, err := ask(baseimage.AskDistro | baseimage.AskUsers | baseimage.AskSh | baseimage.AskChown)
	if err != nil {
		return run, Identity{}, err
	}
	if own := run.Final.Base.Config.User; !stage.IsRoot(own) {
		if _, ok := Lookup(run.Final, own); !ok {
			run, err = ask(baseimage.AskAccounts)
		}
	}
	if err != nil {
		return run, Identity{}, err
	}
	choose := choose
	if user := Name.Of(p.Options); user != "" {
		choose = func(run *stage.Evaluation) (Identity, error) { return named(run, user) }
		if run, err = ask(baseimage.AskAccounts); err != nil {
			return run, Identity{}, err
		}
	}
	if run.Final.Accounts.NeedsAll() {
		if run, err = ask(baseimage.AskAccounts); err != nil {
			return run, Identity{}, err
		}
	}
	id, err := choose(run)
	if err == nil && HasForeignGroup(run, id) {
		if run, err = ask(baseimage.AskAccounts); err == nil {
			id, err = choose(run)
		}
	}
	if !errors.Is(err, ErrNone) {
		if err == nil && wanted(p) != 0 && Name.Of(p.Options) != "" && id.UID != wanted(p) {
			err = fmt.Errorf("the user %s has another number than %d (--uid)", id.Spec, wanted(p))
		}
		return run, id, err
	}
	if run, err = ask(baseimage.AskAccounts | adder(run.Final.Base.Distro.FamilyOf())); err == nil {
		id, err = create(run, cmp.Or(Name.Of(p.Options), "appuser"), wanted(p))
	}
	return run, id, err
}

// Spec is what USER will say.
func Spec(p *imagebuild.Pass, id Identity) string {
	if n, ok := id.Numeric(); ok && ByNumber(p) {
		return n
	}
	return id.Spec
}

// Evidence returns what is known of the user, where the base image has it.
func Evidence(run *stage.Evaluation, id Identity) []fixer.Evidence {
	if id.why != InBase {
		return nil
	}
	return []fixer.Evidence{imagebuild.InImage(run.Final.Base, run.Final.Accounts.Source(), "the account "+id.Name)}
}

// Why returns where the user comes from, and how that is known.
func Why(run *stage.Evaluation, id Identity) string {
	if id.why != InBase {
		return id.why
	}
	says := map[baseimage.Source]string{
		baseimage.FromConfig: "its configuration says", baseimage.FromHistory: "its history says",
		baseimage.FromLayer: "its files say", baseimage.FromTable: "the built-in table says",
	}[run.Final.Accounts.Source()]
	return fmt.Sprintf("%s is %d:%d in %s, %s", id.Name, id.UID, id.GID, brief(run.Final.Base.Image), says)
}

// brief returns the name of an image for a message: without its digest if it has a tag,
// else with the beginning of that.
func brief(image string) string {
	name, digest, ok := strings.Cut(image, "@")
	if !ok || strings.LastIndex(name, ":") > strings.LastIndex(name, "/") {
		return name
	}
	algorithm, sum, _ := strings.Cut(digest, ":")
	return name + "@" + algorithm + ":" + sum[:min(12, len(sum))]
}
