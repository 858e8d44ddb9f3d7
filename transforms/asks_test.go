package transforms

import (
	"context"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// asked answers from the table, with the environment of the official images,
// and records the questions.
type asked struct{ ask baseimage.Ask }

func (a *asked) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	a.ask |= q.Ask
	f, err := baseimage.Table{}.Inspect(ctx, q)
	if err == nil && strings.HasPrefix(q.Image, "node:") {
		f.Config.Env = []string{"NODE_VERSION=20.19.5"}
	}
	return f, err
}

// TestAsks: a base image gets no question without a reason in the file, since reading
// layers is expensive.
func TestAsks(t *testing.T) {
	const app = "WORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n"
	const cheap = "config distro users digest sh chown"
	for _, c := range []struct{ name, src, want string }{
		{"starts nothing", "FROM node:20 AS a\nRUN x\nFROM a\n", "config digest"},
		{"a full version", "FROM node:20.19.5 AS a\nRUN x\nFROM a\n", "config"},
		{"a user of the file's own, nothing copied", "FROM node:20\nUSER node\nCMD [\"node\"]\n", "config digest"},
		{"a user of the base's own, nothing copied", "FROM bitnami/node\nCMD [\"node\"]\n", "config digest"},
		{"a user of the base's own", "FROM cgr.dev/chainguard/node\n" + app, "config distro users digest"},
		{"must stay root", "FROM node:20\nCOPY a /a\nCMD [\"supervisord\"]\n", "config digest"},
		{"nginx", "FROM nginx\nCOPY a /a\n", "config distro accounts digest sh chown"},
		{"node", "FROM node:20-slim\n" + app, cheap},
		{"npm runs behind a copy", "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"server.js\"]\n", cheap + " git"},
		{"a new user", "FROM debian:12\n" + strings.Replace(app, "WORKDIR", "RUN apt-get update && apt-get install -y nodejs\nWORKDIR", 1), "config distro users accounts sh chown apt-get useradd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var a asked
			if _, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(c.src)}, All(), &a, fixer.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := a.ask.String(); got != c.want {
				t.Errorf("asked for %q, want %q", got, c.want)
			}
		})
	}
}
