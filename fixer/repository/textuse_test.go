package repository

import (
	"fmt"
	"strings"
	"testing"
)

func TestTextUses(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`grep -q '^FROM node:20' Dockerfile`, "grep [^FROM node:20]"},
		{`grep -oP '^ARG V="\K[^"]+' Dockerfile`, `grep [^ARG V="[^"]+]`},
		{`grep -oP '(?<=^FROM )\S*' Dockerfile`, `grep [(?:^FROM )\S*]`},
		{`grep -iE 'user (a|b)' Dockerfile`, "grep [(?i)user (a|b)]"},
		{`grep -F 'a.b' Dockerfile`, `grep [a\.b]`},
		{`grep -cF -f .version Dockerfile`, `grep [3\.2]`},
		{`grep -f unknown Dockerfile`, "grep []"},
		{`cat Dockerfile | grep FROM`, "grep [FROM]"},
		{`sed -i "s/node:${OLD}-slim/node:${NEW}-slim/" Dockerfile`, "sed [node:.*-slim]"},
		{`sed -n 's/^ARG \(V\|W\)=//p' ./Dockerfile`, "sed [^ARG (V|W)=]"},
		{`sed -E -e 's|/a(b)?|c|' -e '/x{2}/d' Dockerfile`, "sed [/a(b)? x{2}]"},
		{`sed '0,/a/s//b/' Dockerfile`, "sed [a]"},
		{`sed 1d Dockerfile`, "sed []"},
		{`awk 'toupper($1) == "FROM" { print $2; exit }' Dockerfile`, `awk [(?:^|\s)FROM(?:\s|$)]`},
		{`awk '/^ENV V/ { print $3 }' Dockerfile`, "awk [^ENV V]"},
		{`awk 'NR == 1' Dockerfile`, "awk []"},
		{`head -1 Dockerfile`, `head [(?i)^\s*(?:FROM|ARG)\s]`},
		{`diff Dockerfile docs/Dockerfile`, "diff []"},
		{`cat Dockerfile`, ""},
		{`sha256sum Dockerfile`, ""},
		{`grep FROM other/Dockerfile`, ""},
		{`sed s/a/b/ Dockerfile.tmpl`, ""},
	} {
		l := Read(files(map[string]string{"Makefile": "a:\n\t" + strings.ReplaceAll(c.line, "$", "$$") + "\n", ".version": "3.2\n"}, "Dockerfile", "docs/Dockerfile"))
		var got []string
		for _, u := range l.TextUses("Dockerfile") {
			got = append(got, fmt.Sprint(u.Program, " ", u.Finds))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %s, want %s", c.line, strings.Join(got, "; "), c.want)
		}
	}
}

func TestContinues(t *testing.T) {
	for line, want := range map[string]bool{
		`cat Dockerfile dev.part | docker build -f - .`:               true,
		`docker build -f <(cat Dockerfile dev.part) .`:                true,
		`(cat Dockerfile; echo 'RUN a') | docker build -`:             true,
		`{ cat Dockerfile; cat dev.part; } > Dockerfile.dev`:          true,
		`echo 'RUN a' | cat Dockerfile - | docker build -`:            true,
		`cp Dockerfile Dockerfile.dev; echo 'RUN a' >>Dockerfile.dev`: true,
		`cat dev.part >> Dockerfile`:                                  true,
		`sed '$$a RUN apk add git' Dockerfile | docker build -`:       true,
		`cat Dockerfile | docker build -`:                             false,
		`cat head.part Dockerfile | docker build -`:                   false,
		`cp Dockerfile Dockerfile.dev`:                                false,
		`echo done >> build.log; cat Dockerfile`:                      false,
	} {
		l := Read(files(map[string]string{"Makefile": "a:\n\t" + line + "\n"}, "Dockerfile"))
		if got := len(l.Derived("Dockerfile")) > 0; got != want {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
}
