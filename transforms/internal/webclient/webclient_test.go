package webclient

import "testing"

func TestLacks(t *testing.T) {
	for image, want := range map[string]string{
		"node:20-slim": "curl wget nc", "node:22.1.0-bookworm-slim": "curl wget nc", "node:slim": "curl wget nc", "node:lts-slim": "curl wget nc", "docker.io/library/node:20-slim": "curl wget nc",
		"node:20-alpine": "curl", "node:alpine3.22": "curl", "node:10-slim": "", "node:20": "", "node": "", "node:20-nanoserver": "", "node:8-alpine": "curl",
		"alpine": "curl", "alpine:3.20": "curl", "debian:bookworm": "curl wget nc", "debian": "curl wget nc", "ubuntu:24.04": "curl wget nc", "ubuntu:14.04": "",
		"python:3.12-slim": "curl wget nc", "python:3.12": "", "python:2.7-slim": "", "python:3.12-alpine": "curl",
		"gcr.io/distroless/nodejs20-debian12": "curl wget nc", "gcr.io/distroless/nodejs20-debian12:debug": "",
		"ghcr.io/team/node:20-slim": "", "team/node:20-slim": "", "nginx:alpine": "", "node@sha256:ba92488977d2588ff32d95736da888f581e9f280d548ea4d96ca47ae51782f7a": "", "NODE": "", "node:-slim": "",
	} {
		got := ""
		for _, program := range []string{"curl", "wget", "nc"} {
			if Lacks(image, program) {
				got += " " + program
			}
		}
		if len(got) > 0 {
			got = got[1:]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}
