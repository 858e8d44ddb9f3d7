package baseimage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	for _, c := range []struct{ image, want string }{
		// user of the image | family | version | users above 999 | free id from 1000
		{"node", "- debian  node:1000 1001"},
		{"node:20", "- debian  node:1000 1001"},
		{"docker.io/library/node:20-bookworm-slim", "- debian 12 node:1000 1001"},
		{"node:20.19.5-alpine3.20", "- alpine 3.20 node:1000 1001"},
		{"node:lts-alpine", "- alpine  node:1000 1001"},
		{"node:20@sha256:" + strings.Repeat("a", 64), "- debian  node:1000 1001"},
		{"node@sha256:" + strings.Repeat("a", 64), "unknown"},
		{"node:20-nanoserver", "- windows  ? 0"},
		{"node:5", "unknown"},
		{"node:0.12", "unknown"},
		{"node:6.2.0", "unknown"},
		{"oven/bun:1.2-alpine", "- alpine  bun:1000 1001"},
		{"oven/bun:latest", "- debian  bun:1000 1001"},
		{"alpine:3.20", "- alpine 3.20  1000"},
		{"debian:bookworm-slim", "- debian 12  1000"},
		{"debian:12.4", "- debian 12  1000"},
		{"debian:nosuch", "unknown"},
		{"ubuntu", "- debian 26.04 ubuntu:1000 1001"},
		{"ubuntu:jammy-20240101", "- debian 22.04  1000"},
		{"ubuntu:23.04", "- debian 23.04 ubuntu:1000 1001"},
		{"ubuntu:nosuch", "unknown"},
		{"gcr.io/distroless/nodejs20-debian12", "- distroless  nonroot:65532 1000"},
		{"gcr.io/distroless/nodejs20-debian12:nonroot", "65532 distroless  nonroot:65532 1000"},
		{"gcr.io/distroless/nodejs20-debian12:debug", "unknown"},
		{"cgr.dev/chainguard/node:latest", "65532 wolfi  node:65532 1000"},
		{"cgr.dev/chainguard/nosuch", "unknown"},
		{"bitnami/node:20", "1001 debian   1000"},
		{"registry.access.redhat.com/ubi9/nodejs-20:1", "1001 rhel  default:1001 1000"},
		{"registry.access.redhat.com/ubi9-minimal", "- rhel   1000"},
		{"registry.access.redhat.com/other/image", "unknown"},
		{"nginx:1.27-alpine", "- alpine   1000"},
		{"nginx:1", "- debian   1000"},
		{"nginx:1.15.2-alpine", "unknown"}, // its user had another number
		{"localhost:5000/node:20", "unknown"},
		{"someone/node:20", "unknown"},
		{"perl:5", "unknown"},
		{"python:3", "- debian  1000"},
		{"python:3.12-slim-bookworm", "- debian 12  1000"},
		{"python:3.12-alpine3.20", "- alpine 3.20  1000"},
		{"python:3-windowsservercore", "unknown"},
		{"golang:1.23-bullseye", "- debian 11  1000"},
		{"php:8.3-fpm", "- debian   1000"},
		{"php:8.3-apache-bookworm", "- debian 12  1000"},
		{"ruby:3.3-alpine", "- alpine   1000"},
		{"caddy:2", "- alpine   1000"},
		{"caddy:2-builder", "unknown"},
		{"eclipse-temurin:17-jre", "unknown"}, // its Ubuntu changes
		{"eclipse-temurin:17-jre-jammy", "- debian 22.04  1000"},
		{"eclipse-temurin:21-jdk-noble", "- debian 24.04 ubuntu:1000 1001"},
		{"eclipse-temurin:17-jre-alpine", "- alpine   1000"},
		{"eclipse-temurin:17-jre-ubi9-minimal", "unknown"},
		{"denoland/deno:2.1.4", "- debian  deno:1993 1000"},
		{"denoland/deno:alpine", "- alpine  deno:1000 1001"},
		{"denoland/deno:distroless", "unknown"},
		{"mcr.microsoft.com/dotnet/aspnet:8.0", "- debian  app:1654 1000"},
		{"mcr.microsoft.com/dotnet/aspnet:6.0", "- debian   1000"},
		{"mcr.microsoft.com/dotnet/aspnet:10.0", "unknown"}, // Ubuntu
		{"mcr.microsoft.com/dotnet/aspnet:10.0-alpine3.22", "- alpine 3.22 app:1654 1000"},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", "unknown"},
		{"mcr.microsoft.com/dotnet/framework/aspnet:4.8", "unknown"},
		{"public.ecr.aws/docker/library/node:22-alpine", "- alpine  node:1000 1001"},
		{"mirror.gcr.io/library/python:3.12-bookworm", "- debian 12  1000"},
		{"public.ecr.aws/someone/node:22", "unknown"},
	} {
		t.Run(c.image, func(t *testing.T) {
			f, err := Table{}.Inspect(t.Context(), Query{Image: c.image})
			if c.want == "unknown" {
				if !errors.Is(err, ErrUnknown) {
					t.Errorf("%v, %v", f, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(f); got != strings.Join(strings.Fields(c.want), " ") {
				t.Errorf("%q, want %q", got, c.want)
			}
			if f.Image != c.image || f.Config.Source != FromTable || f.Distro.Source != FromTable {
				t.Errorf("image or source: %+v", f)
			}
		})
	}
}

func summary(f *Facts) string {
	user := f.Config.User
	if user == "" {
		user = "-"
	}
	var users []string
	if f.Accounts == nil {
		users = append(users, "?")
	} else {
		for _, u := range f.Accounts.Users {
			if u.UID > 999 && u.Name != "nobody" {
				users = append(users, fmt.Sprintf("%s:%d", u.Name, u.UID))
			}
		}
	}
	free, _ := f.Accounts.FreeID(1000)
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %d", user, f.Distro.Family, f.Distro.Version, strings.Join(users, ","), free)), " ")
}

// TestTableAccounts: in every image of the table, groups have one name and one
// number.
func TestTableAccounts(t *testing.T) {
	for _, image := range []string{"node:20", "node:20-alpine", "ubuntu:24.04", "debian:12", "alpine", "nginx", "php:fpm", "php:fpm-alpine", "denoland/deno", "mcr.microsoft.com/dotnet/aspnet:9.0", "gcr.io/distroless/base", "cgr.dev/chainguard/node"} {
		f, err := Table{}.Inspect(t.Context(), Query{Image: image})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, g := range f.Accounts.Groups {
			if key := fmt.Sprint(g.GID); seen[key] || seen[g.Name] {
				t.Errorf("%s: group %s:%d is there twice", image, g.Name, g.GID)
			} else {
				seen[key], seen[g.Name] = true, true
			}
		}
		if root, ok := f.Accounts.User("root"); !ok || root.UID != 0 || root.Home != "/root" {
			t.Errorf("%s: root is %+v", image, root)
		}
	}
}

// TestNodeEntrypoint: which node images have docker-entrypoint.sh.
func TestNodeEntrypoint(t *testing.T) {
	for tag, want := range map[string]bool{
		"20": true, "20.19.5": true, "latest": true, "8": true, "8.16": true, "10.16.0": true, "12": true, "12.4.0": true,
		"6": false, "9": false, "11": false, "8.9.4": false, "8.12-alpine": false, "8.16.0": false, "10.1.0-alpine": false, "10.15": false, "12.2": false, "12.3.1": false,
	} {
		f, err := Table{}.Inspect(t.Context(), Query{Image: "node:" + tag})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(f.Config.Entrypoint) == 1; got != want {
			t.Errorf("node:%s has an entrypoint: %v", tag, got)
		}
	}
}

// TestNodeDebian: the number in the tag of a node image is not a release of Debian.
func TestNodeDebian(t *testing.T) {
	for tag, want := range map[string]string{"12.18.4": "", "12": "", "11-slim": "", "12-bullseye": "11", "20-bookworm-slim": "12"} {
		f, err := Table{}.Inspect(t.Context(), Query{Image: "node:" + tag})
		if err != nil {
			t.Fatal(err)
		}
		if f.Distro.ID != "debian" || f.Distro.Version != want {
			t.Errorf("node:%s is %+v, want Debian %q", tag, f.Distro, want)
		}
	}
}
