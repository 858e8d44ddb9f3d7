package users

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// adder returns the question for the program that adds a user to an image of the
// family.
func adder(family baseimage.Family) baseimage.Ask {
	switch family {
	case baseimage.Debian, baseimage.RHEL:
		return baseimage.AskUseradd
	case baseimage.Alpine, baseimage.Busybox, baseimage.Wolfi:
		return baseimage.AskAdduser
	}
	return 0
}

// create returns a new application user of that name. Its id is wanted, or, if that is
// 0, the first from 1000 on that is free where the RUN will be, and still at the end of
// the stage.
func create(run *stage.Evaluation, name string, wanted int) (Identity, error) {
	final := run.Final
	head, ok := steps.AfterFrom(run)
	if !ok {
		return Identity{}, errors.New("there is no place where a new user could be added as root")
	}
	if !final.Accounts.Known() || !head.State.Accounts.Known() {
		return Identity{}, errors.New("the users and ids of the base image are unknown, so no user can be added safely")
	}
	id := cmp.Or(wanted, 1000)
	for {
		first, _ := head.State.Accounts.FreeID(id)
		if id, _ = final.Accounts.FreeID(first); id == first {
			break
		}
	}
	if wanted != 0 && id != wanted {
		return Identity{}, fmt.Errorf("the number %d (--uid) is taken", wanted)
	}
	for _, s := range []stage.State{head.State, final} {
		_, user := s.Accounts.User(name)
		_, group := s.Accounts.GroupID(name)
		if user || group {
			return Identity{}, fmt.Errorf("the name %s is taken", name)
		}
	}
	out := Identity{User: name, Group: name, Spec: name, Name: name, UID: id, GID: id, Home: "/home/" + name, why: fmt.Sprintf("a new user, %d:%d is free in the base image", id, id)}
	family := final.Base.Distro.FamilyOf()
	lacks := func(program string) bool {
		has, known := final.Base.Programs.Has(program)
		return known && !has
	}
	switch family {
	case baseimage.RHEL, baseimage.Debian:
		if lacks("useradd") {
			return anonymous(id, "the base image has no useradd"), nil
		}
		out.Create = fmt.Sprintf("groupadd --gid %d %s && useradd --uid %d --gid %s --create-home --shell /usr/sbin/nologin %s", id, name, id, name, name)
		if family == baseimage.RHEL {
			out.Create = strings.Replace(out.Create, "/usr/sbin/nologin", "/sbin/nologin", 1)
		}
	case baseimage.Alpine, baseimage.Busybox, baseimage.Wolfi:
		if lacks("adduser") {
			return anonymous(id, "the base image has no adduser"), nil
		}
		out.Create = fmt.Sprintf("addgroup -g %d %s && adduser -D -u %d -G %s -s /sbin/nologin %s", id, name, id, name, name)
	default:
		return Identity{}, errors.New("how to add a user to this base image is not known")
	}
	return out, nil
}
