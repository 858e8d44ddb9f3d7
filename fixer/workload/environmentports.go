package workload

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads the ports that variables tell the application to listen on.

var (
	// listenVariable matches the variables of an application's own port or address.
	listenVariable = lazyregexp.New(`^(?:(?:HTTPS?|SERVER|APP|NODE|WEB|API|BACKEND|SERVICE)_)?(?:(?:LISTEN|BIND)_?)?(?:PORT|LISTEN|BIND|ADDR|ADDRESS)$`)
	// ownAddress matches a port, alone or after an address of the container itself: the
	// name of another host is that of another service.
	ownAddress = lazyregexp.New(`^(?:(?:tcp[46]?|https?):(?://)?)?(?:(?:\*|localhost|[\d.]+|\[[\da-fA-F:]*\])?:)?(\d{1,5})$`)
)

// environmentPorts returns the ports that the variables of the image and of its
// deployments name.
func (w *Workload) environmentPorts() (list []Port) {
	add := func(name, value string, place Place) {
		m := ownAddress.FindStringSubmatch(value)
		if m == nil || !listenVariable.MatchString(name) {
			return
		}
		if n, err := strconv.Atoi(m[1]); err == nil {
			list = append(list, Port{n, name, place})
		}
	}
	for _, e := range w.in.Run.Final.Env {
		name, value, _ := strings.Cut(e, "=")
		add(name, value, Place{})
	}
	for _, d := range w.in.Deployments {
		for _, v := range d.Env {
			if v.Known {
				add(v.Name, v.Value, v.Place)
			}
		}
	}
	return list
}
