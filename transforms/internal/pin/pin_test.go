package pin

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

func TestFloats(t *testing.T) {
	for image, want := range map[string]bool{
		"node": true, "node:latest": true, "node:20": true, "node:20.19": true, "node:lts": true, "node:20-alpine": true, "node:alpine": true,
		"node:20-alpine3.22": true, "node:iron": true, "node:16-alpine3.18.4": true, "localhost:5000/node": true, "localhost:5000/team/app:1.2": true,
		"node:20.19.5": false, "node:v20.19.5-slim": false, "node:24.0.0-rc.1": false, "localhost:5000/team/app:1.2.3": false,
		"node:20@sha256:" + strings.Repeat("a", 64): false, "node@sha256:" + strings.Repeat("a", 64): false,
		"debian": true, "debian:stable-slim": true, "debian:bookworm-slim": false, "debian:12": false, "debian:sid": false, "team/debian:12": true, "arm64v8/debian:12": false, "public.ecr.aws/docker/library/debian:12": false, "team/ubuntu:groovy-20201125.2": false,
		"ubuntu:rolling": true, "ubuntu:24.04": false, "ubuntu:noble": false, "docker.io/library/ubuntu:jammy-20250910": false,
		"buildpack-deps:scm": true, "buildpack-deps:bookworm-scm": false, "alpine:3.22": true, "alpine:3.22.2": false, "alpine:edge": true,
		"team/app:20250910": false, "team/app:3f9c2d1": false, "team/app:sha-3f9c2d1": false, "team/app:deadbeef": true, "team/app:1045293": false,
		"team/app:main": true, "team/app:release-1.2.3": false, "NODE": false, "": false,
	} {
		if got := floats(image); got != want {
			t.Errorf("%s floats: %v", image, got)
		}
	}
}

func TestVersionTags(t *testing.T) {
	debian := &baseimage.Distro{ID: "debian", Version: "12", Codename: "bookworm", Family: baseimage.Debian}
	alpine := &baseimage.Distro{ID: "alpine", Version: "3.22.2", Family: baseimage.Alpine}
	for _, c := range []struct {
		image, env string
		distro     *baseimage.Distro
		want       string
	}{
		{"node", "NODE_VERSION=20.19.5", debian, "20.19.5-bookworm 20.19.5"},
		{"node:20", "NODE_VERSION=20.19.5", nil, "20.19.5"},
		{"node:20-slim", "NODE_VERSION=20.19.5", debian, "20.19.5-bookworm-slim 20.19.5-slim-bookworm 20.19.5-slim"},
		{"node:20-bookworm-slim", "NODE_VERSION=20.19.5", debian, "20.19.5-bookworm-slim"},
		{"node:lts-iron-alpine", "NODE_VERSION=20.19.5", alpine, "20.19.5-alpine3.22 20.19.5-alpine"},
		{"node:20-alpine3.22", "NODE_VERSION=20.19.5", alpine, "20.19.5-alpine3.22"},
		{"nginx:1-alpine-slim", "NGINX_VERSION=1.29.3", alpine, "1.29.3-alpine3.22-slim 1.29.3-alpine-slim"},
		{"team/my-app:v2", "MY_APP_VERSION=v2.0.1", debian, "2.0.1-bookworm 2.0.1"},
		{"node:2", "NODE_VERSION=20.19.5", debian, ""},
		{"node:20.1", "NODE_VERSION=20.19.5", debian, ""},
		{"node:20", "NODE_VERSION=20", debian, ""},
		{"node:20", "NODE_VERSION=20.19.5\n", debian, ""},
		{"node:20", "NODE_VERSION=20.19." + strings.Repeat("5", 200), debian, ""},
		{"node:20", "NODE_VERSION=20.19.5", &baseimage.Distro{ID: "debian", Codename: "book worm", Family: baseimage.Debian}, "20.19.5"},
		{"base:20", "NODE_VERSION=20.19.5", debian, ""},
		{"alpine", "", alpine, "3.22.2"},
		{"alpine:3.21", "", alpine, ""},
		{"debian:stable-slim", "", debian, "bookworm-slim"},
		{"buildpack-deps:scm", "", debian, "bookworm-scm"},
		{"ubuntu", "", &baseimage.Distro{ID: "ubuntu", Version: "24.04", Codename: "noble", Family: baseimage.Debian}, "24.04"},
		{"ubuntu", "", debian, ""},
	} {
		f := &baseimage.Facts{Config: &baseimage.Config{Env: []string{"PATH=/bin", c.env}}, Distro: c.distro}
		if got := strings.Join(splitName(c.image).versionTags(f), " "); got != c.want {
			t.Errorf("%s with %s: %q, want %q", c.image, c.env, got, c.want)
		}
	}
	if tags := splitName("node:20").versionTags(&baseimage.Facts{}); tags != nil {
		t.Errorf("nothing is known: %q", tags)
	}
}
