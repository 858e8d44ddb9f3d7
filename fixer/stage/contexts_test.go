package stage

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

func TestContexts(t *testing.T) {
	for _, c := range []struct{ src, name, want string }{
		{"FROM node:20\n", "docker.io/library/node:20", "x puts something else in the place of node:20"},
		{"FROM node\n", "node:latest", "x puts something else in the place of node"},
		{"FROM node:20\n", "node", ""},
		{"FROM node:20 AS base\n", "base", "x puts something else in the place of base"},
		{"ARG V=20\nFROM node:$V\n", "node:20", "x puts something else in the place of node:20"},
		{"FROM base\n", "", ""},
	} {
		f, err := dockerfile.Parse("Dockerfile", []byte(c.src))
		if err != nil {
			t.Fatal(err)
		}
		g, err := Resolve(f, Options{Contexts: map[string]string{c.name: "x"}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := g.Nodes[0].Err; err != nil {
			got = err.Error()
		}
		if got != c.want || (g.Nodes[0].Image == "") != (c.want != "") {
			t.Errorf("%q with %s: image %q, error %q", c.src, c.name, g.Nodes[0].Image, got)
		}
	}
}
