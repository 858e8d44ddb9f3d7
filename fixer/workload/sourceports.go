package workload

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the ports that sources listen on.

// SourcePort is a port that the sources listen on.
type SourcePort struct {
	Port     int    // from 1 to 65535
	Variable string // of the environment, that overrides it; "" for none
	Evidence
}

var (
	// listeners are functions that listen on a port or address in their first
	// argument, or under the key port.
	listeners = map[Language]string{
		JavaScript: "listen serve createServer",
		Python:     "run run_app serve HTTPServer TCPServer ThreadingHTTPServer run_simple run_server bind start_server create_server",
		Ruby:       "set port run! TCPServer bind",
		Go:         "ListenAndServe ListenAndServeTLS Listen Run Start RunTLS",
		Java:       "ServerSocket port InetSocketAddress setPort listen start",
		Kotlin:     "ServerSocket embeddedServer listen start",
		CSharp:     "UseUrls ListenAnyIP Run TcpListener ListenLocalhost",
		Rust:       "bind serve run",
		Elixir:     "",
	}
	// portsFirst are those with the plain port as an argument.
	portsFirst      = strings.Fields("listen set ServerSocket port ListenAnyIP TcpListener TCPServer ListenLocalhost InetSocketAddress serve")
	portVariable    = lazyregexp.New(`^(?:(?:HTTP|SERVER|APP|LISTEN|NODE|WEB|API|BACKEND|SERVICE)_?)?PORT$`)
	anyPortVariable = lazyregexp.New(`^[A-Z0-9_]*PORT$`)
	// address matches a port after an optional host, and a URL of .NET.
	address = lazyregexp.New(`^(?:https?://)?(?:[\w.*+-]*|\[[\da-fA-F:]*\]):(\d{1,5})/?$`)
)

// listener reports the port that a call of one of the listeners listens on.
func (u *unit) listener(i int) {
	args, ok := u.arguments(i)
	if !ok {
		return
	}
	u.socket(i, args)
	if u.lang == Ruby && u.is(i, "set") && (len(args) < 2 || !u.is(args[0].b-1, "port")) {
		return
	}
	for n, a := range args {
		if u.lang == JavaScript && (u.functionAt(a.a) >= 0 || u.is(a.a, ">") || u.is(a.a-1, ">")) {
			continue // what is called then
		}
		for _, e := range append([]argument{a}, u.entries(a.a)...) {
			key := strings.Trim(e.key, `"'`)
			byKey := key == "port" || key == "Port" || key == "bind"
			inTuple := key == "" && e.a != a.a && (u.lang == Python || u.lang == Rust)
			// run(), start() and similar functions listen only where a key or an
			// address says so.
			first := key == "" && n <= 1 && !u.is(e.a, "{") && (slices.Contains(portsFirst, u.str(i)) || u.isAddress(e))
			if (byKey || inTuple || first) && u.port(e.a, e.b) {
				return
			}
		}
	}
}

func (u *unit) isAddress(a argument) bool {
	if u.kind(a.a) != textToken {
		return false
	}
	s, whole := u.literal(a.a)
	return whole && address.MatchString(s)
}

// port reports the port of an expression; it returns false if there is none.
func (u *unit) port(a, b int) bool {
	number, variable, at := u.number(a, b, maxDepth)
	if number == 0 {
		return false
	}
	u.out.port(SourcePort{Port: number, Variable: variable, Evidence: u.evidence(at)})
	return true
}

// number returns the first port among the tokens a to before b, the variable that
// overrides it, and its token; 0 for none. It skips 10, the base in parseInt.
func (u *unit) number(a, b, depth int) (port int, variable string, at int) {
	for i := a; i < min(b, a+24) && depth > 0; i++ {
		switch u.kind(i) {
		case numberToken:
			if u.is(i-1, "[") && u.is(i+1, "]") && (u.kind(i-2) == wordToken || u.is(i-2, ")")) {
				continue // the index of an element
			}
			if n, err := strconv.Atoi(strings.ReplaceAll(u.str(i), "_", "")); err == nil && n > 0 && n < 1<<16 && n != 10 {
				return n, variable, i
			}
		case textToken:
			s, whole := u.literal(i)
			if m := address.FindStringSubmatch(s); m != nil {
				s = m[1]
			}
			if n, err := strconv.Atoi(s); err == nil && whole && n > 0 && n < 1<<16 {
				return n, variable, i
			}
			if anyPortVariable.MatchString(s) {
				variable = s
			}
		case wordToken:
			name := u.str(i)
			if anyPortVariable.MatchString(name) && u.is(i-1, ".") {
				variable = name
				continue
			}
			if set, ok := u.values[name]; ok && i == a && set[0] != a && u.tokens[a].kind == wordToken {
				if n, v, where := u.number(set[0], u.statementEnd(set[0]), depth-1); n > 0 {
					return n, v, where
				}
			}
		}
	}
	return 0, "", 0
}

// statementEnd returns the index after the expression at i, as far as its line
// goes.
func (u *unit) statementEnd(i int) int {
	end := i + 1
	for end < len(u.tokens) && end < i+24 && u.sameLine(end-1) && !u.is(end, ";") {
		end++
	}
	return end
}

// portDefault reports a port that is the default of an environment variable,
// where token i is the first of an operator "or else".
func (u *unit) portDefault(i int) {
	if !u.signs(i, "||") && !u.signs(i, "??") && !u.signs(i, "?:") {
		return
	}
	name := u.variableBefore(i)
	if !portVariable.MatchString(name) {
		return
	}
	if n, _, at := u.number(i+2, i+3, maxDepth); n > 0 {
		u.out.port(SourcePort{Port: n, Variable: name, Evidence: u.evidence(at)})
	}
}

// portCall reports the default that a call gives such a variable, and the address
// of a Go server.
func (u *unit) portCall(i int) {
	name, _ := u.callee(i)
	if !readsEnvironment(name) {
		return
	}
	if args, ok := u.arguments(i); ok && len(args) > 1 && portVariable.MatchString(u.variableName(args[0].a)) {
		if n, _, at := u.number(args[1].a, args[1].b, maxDepth); n > 0 {
			u.out.port(SourcePort{Port: n, Variable: u.variableName(args[0].a), Evidence: u.evidence(at)})
		}
	}
}

// serverAddress reports the port in Addr: ":80" of a Go http.Server.
func (u *unit) serverAddress(i int) {
	if u.lang == Go && u.is(i, "Addr") && u.is(i+1, ":") && u.kind(i+2) == textToken {
		if s, _ := u.literal(i + 2); address.MatchString(s) {
			u.port(i+2, i+3)
		}
	}
}
