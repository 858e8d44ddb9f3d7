package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms"
)

// changeFlags decide what is changed, and how.
type changeFlags struct {
	Only      []string `placeholder:"ID" predictor:"transform" help:"Run these transforms only."`
	Skip      []string `placeholder:"ID" predictor:"transform" help:"Do not run these transforms."`
	Unsafe    bool     `help:"Also make changes that a person must look at."`
	User      string   `placeholder:"NAME" help:"Who containers run as, instead of the user that fits the image best. A user whose name the image doesn't have is made; numbers (1000, 1000:1000) are taken as they are."`
	UID       *int     `name:"uid" placeholder:"N" help:"The number of a user that has to be made. Default: the first free one from 1000 on."`
	UserStyle string   `enum:"name,numeric" default:"name" help:"How USER is written: a name (USER node) or numbers (USER 1000:1000), which Kubernetes' runAsNonRoot wants."`
	Pin       string   `enum:"tag,digest,none" default:"tag" help:"What a tag that moves (node:20) becomes: tag, a version that stays (node:20.19.5-bookworm); digest, the same tag with the digest behind it; none, nothing."`
}

// options are the flags as the engine takes them.
func (c *changeFlags) options(build stage.Options) fixer.Options {
	o := fixer.Options{NumericUser: c.UserStyle == "numeric", User: c.User, Pin: fixer.Pin(c.Pin), KnownIDs: transforms.IDs(), Build: build}
	if c.UID != nil {
		o.UID = *c.UID
	}
	if c.Unsafe {
		o.Threshold = fixer.Unsafe
	}
	return o
}

// pick applies --only and --skip, and --pin none.
func (c *changeFlags) pick(all []*fixer.Transform) (list []*fixer.Transform, err error) {
	skip := slices.Clone(c.Skip)
	if c.Pin == string(fixer.PinNone) {
		skip = append(skip, transforms.PinImage.ID)
	}
	known := map[string]bool{}
	var ids []string
	for _, t := range all {
		known[t.ID] = true
		ids = append(ids, t.ID)
	}
	for _, id := range slices.Concat(c.Only, skip) {
		if !known[id] {
			return nil, unknown("transform", id, ids)
		}
	}
	for _, t := range all {
		if (len(c.Only) == 0 || slices.Contains(c.Only, t.ID)) && !slices.Contains(skip, t.ID) {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil, withHint(errors.New("no transform is left to run"), "what --skip or --pin=none takes away, --only must not ask for")
	}
	return list, nil
}

// aUser is what --user takes: a name that needs no quotes in an instruction or a
// shell (POSIX, "3.426 User Name"), or a number, perhaps with that of a group.
var aUser = lazyregexp.New(`^(?:[A-Za-z_][A-Za-z0-9._-]*|[0-9]+(?::[0-9]+)?)$`)

// checkUser makes sure that --user and --uid name somebody who is not root.
func (c *changeFlags) checkUser() error {
	name, _, _ := strings.Cut(c.User, ":")
	switch {
	case c.UID != nil && *c.UID == 0:
		return withHint(errors.New("--uid 0 is root"), "images use 1000 and up")
	case c.UID != nil && (*c.UID < 0 || *c.UID > 1<<31-2):
		return withHint(fmt.Errorf("--uid %d is no number of a user", *c.UID), "from 1 to 2147483646; images use 1000 and up")
	case c.User == "":
		return nil
	case !aUser.MatchString(c.User):
		return withHint(fmt.Errorf("--user %q is neither a name nor a number", c.User), "as in --user app, --user 1000 or --user 1000:1000")
	case name == "root" || strings.Trim(name, "0") == "":
		return withHint(fmt.Errorf("--user %s is root", c.User), "without --user, the one that fits the image best is taken")
	}
	return nil
}
