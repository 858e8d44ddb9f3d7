package shell

import (
	"slices"
	"strings"
	"testing"
)

func TestEnd(t *testing.T) {
	args := []string{"db:5432", "-t", "9", "--", "node", "server.js"}
	for _, c := range []struct {
		script string
		want   []string // nil where it does not pass them on
	}{
		{`exec "$@"`, args},
		{`exec "${@}"`, args},
		{"set -e\nexec \"$@\" # the command", args},
		{"exec \\\n  \"$@\"\n", args},
		{`exec $@`, args},
		{`exec -- "$@"`, args},
		{`exec gosu node "$@"`, args},
		{`exec su-exec "$USER" "$@"`, args},
		{`exec sudo node "$@"`, nil},
		{`exec "$*"`, nil},
		{`exec "${@:2}"`, nil},
		{`exec -a name "$@"`, nil},
		{`"$@"`, nil},
		{`exec "$@" &`, nil},
		{`exec "$@" >/dev/null`, nil},
		{`if [ "$1" ]; then exec "$@"; fi`, nil},
		{`if [ "$1" ]; then exec "$@"; else exit 1; fi`, args},
		{`if [ "$1" ]; then exec "$@"; else node; fi`, nil},
		{`CMD=("$@"); exec "${CMD[@]}"`, args},
		{`CMD="$@"; exec $CMD`, args},
		{`CMD="$@"; exec "$CMD"`, nil},
		{`shift; CMD=("$@"); exec "${CMD[@]}"`, nil},
		{`set -- node; CMD=("$@"); exec "${CMD[@]}"`, nil},
		{`CMD=("$@"); CMD+=(-x); exec "${CMD[@]}"`, nil},
		{`CMD=("$@"); read -ra CMD; exec "${CMD[@]}"`, nil},
		{`CMD=("$@" -x); exec "${CMD[@]}"`, nil},
		{`CMD=("$1"); exec "${CMD[@]}"`, nil},
		{`f() { CMD=("$@"); }; f; exec "${CMD[@]}"`, nil},
		{`if true; then CMD=("$@"); fi; exec "${CMD[@]}"`, nil},
		{`for CMD in a; do :; done; CMD=("$@"); exec "${CMD[@]}"`, nil},
		{`while [ $# -gt 0 ]; do case "$1" in -t) shift 2 ;; --) shift; CLI=("$@"); break ;; *) shift ;; esac; done
if [[ $CLI != "" ]]; then exec "${CLI[@]}"; else exit 0; fi`, args[4:]},
		{`while [ $# -gt 0 ]; do case "$1" in --) CLI=("$@"); break ;; esac; done; exec "${CLI[@]}"`, nil},
	} {
		end, ok := End(c.script)
		var got []string
		if ok {
			got, _ = end.Arguments(args)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.script, got)
		}
	}
	for _, script := range []string{"", "exec", "exec (", "A=1 exec node"} {
		if _, ok := End(script); ok {
			t.Errorf("%q ends in an exec", script)
		}
	}
	end, _ := End(`exec $@`)
	if got, ok := end.Arguments([]string{"node", "a b"}); ok {
		t.Errorf("a word that the shell splits: %q", got)
	}
	end, _ = End("#!/bin/sh\nexec node server.js")
	if end.Text != "node server.js" || end.Start != len("#!/bin/sh\n") || end.Passes {
		t.Errorf("%+v", end)
	}
	if _, ok := End("exec " + strings.Repeat("(", 100_000)); ok {
		t.Error("a broken script")
	}
}
