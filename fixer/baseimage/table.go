package baseimage

import (
	"context"
	_ "crypto/sha256" // digests in references are checked against it
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// Table is an Inspector that knows the well-known images, for when their registry
// can't be reached. Its facts are assumptions: the images of that name looked like
// this in autumn 2026.
type Table struct{}

// Inspect implements [Inspector]. The error is ErrUnknown for an image that is
// not in the table, and for a tag that the table can't interpret.
func (Table) Inspect(_ context.Context, q Query) (*Facts, error) {
	ref, err := reference.ParseNormalizedNamed(q.Image)
	if err != nil {
		return nil, err
	}
	tag := "latest"
	if t, ok := ref.(reference.Tagged); ok {
		tag = t.Tag()
	} else if _, ok := ref.(reference.Digested); ok {
		return nil, ErrUnknown // a digest alone does not identify the variant
	}
	name := ref.Name()
	for _, mirror := range officialMirrors {
		if rest, ok := strings.CutPrefix(name, mirror); ok {
			name = "docker.io/library/" + rest
		}
	}
	for _, e := range table {
		if e.name != name && !(strings.HasSuffix(e.name, "/") && strings.HasPrefix(name, e.name)) {
			continue
		}
		f := e.facts(strings.TrimPrefix(name, e.name), tag)
		if f == nil {
			return nil, ErrUnknown
		}
		f.Image, f.Platform = q.Image, q.Platform
		f.mark(FromTable)
		return f, nil
	}
	return nil, ErrUnknown
}

// officialMirrors have Docker's official images under other names
// (docs.aws.amazon.com/AmazonECR/latest/public/docker-hub, cloud.google.com/artifact-registry/docs/pull-cached-dockerhub-images).
var officialMirrors = []string{"public.ecr.aws/docker/library/", "mirror.gcr.io/library/"}

// mark sets the source of every part.
func (f *Facts) mark(s Source) {
	if f.Config != nil {
		f.Config.Source = s
	}
	if f.Distro != nil {
		f.Distro.Source, f.Distro.Archive = s, ArchiveOf(f.Distro.ID, f.Distro.Version)
	}
	if f.Accounts != nil {
		f.Accounts.Source = s
	}
	if f.Programs != nil {
		f.Programs.Source = s
	}
	if f.Versions != nil {
		f.Versions.Source = s
	}
}

// table lists the well-known images by their full name; a name that ends in a
// slash means all below it, and the rest is passed on.
var table = []struct {
	name  string
	facts func(rest, tag string) *Facts
}{
	{"docker.io/library/node", nodeFacts},
	{"docker.io/oven/bun", bunFacts},
	{"docker.io/library/alpine", func(_, tag string) *Facts {
		return &Facts{Config: &Config{Cmd: []string{"/bin/sh"}}, Distro: alpineDistro(tag), Accounts: accounts(alpineUsers, Group{"nogroup", 65533}), Programs: alpinePrograms()}
	}},
	{"docker.io/library/debian", func(_, tag string) *Facts {
		d, ok := debianDistro(tag)
		if !ok {
			return nil
		}
		return &Facts{Config: &Config{Cmd: []string{"bash"}}, Distro: d, Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms()}
	}},
	{"docker.io/library/ubuntu", ubuntuFacts},
	{"gcr.io/distroless/", distrolessFacts},
	{"cgr.dev/chainguard/", chainguardFacts},
	{"docker.io/bitnami/node", func(_, _ string) *Facts {
		return &Facts{
			Config:   &Config{User: "1001", Cmd: []string{"node"}, WorkingDir: "/app"},
			Distro:   &Distro{ID: "debian", Family: Debian},
			Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms(),
		}
	}},
	{"registry.access.redhat.com/", ubiFacts},
	{"docker.io/library/nginx", func(_, tag string) *Facts {
		if v := nodeVersion.FindStringSubmatch(tag); v != nil && (atoi(v, 1) == 0 || atoi(v, 1) == 1 && v[2] != "" && atoi(v, 2) < 18) {
			return nil // from before its user had this number, or perhaps so (docker-nginx, commits of 2019)
		}
		f := &Facts{Distro: &Distro{ID: "debian", Family: Debian}, Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms()}
		if strings.Contains(tag, "alpine") {
			f = &Facts{Distro: alpineDistro(tag), Accounts: accounts(alpineUsers, Group{"nogroup", 65533}), Programs: alpinePrograms()}
		}
		f.Accounts.add(User{"nginx", 101, 101, "/nonexistent", "/bin/false"})
		f.Config = &Config{Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"nginx", "-g", "daemon off;"}, ExposedPorts: []string{"80/tcp"}}
		return f
	}},
	{"docker.io/nginxinc/nginx-unprivileged", func(_, tag string) *Facts {
		f := &Facts{Distro: &Distro{ID: "debian", Family: Debian}, Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms()}
		if strings.Contains(tag, "alpine") {
			f = &Facts{Distro: alpineDistro(tag), Accounts: accounts(alpineUsers, Group{"nogroup", 65533}), Programs: alpinePrograms()}
		}
		f.Accounts.add(User{"nginx", 101, 101, "/nonexistent", "/bin/false"})
		f.Config = &Config{User: "101", Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"nginx", "-g", "daemon off;"}, ExposedPorts: []string{"8080/tcp"}}
		return f
	}},
	{"docker.io/library/buildpack-deps", language(Config{Cmd: []string{"bash"}})},
	{"docker.io/library/python", language(Config{Cmd: []string{"python3"}}, "python3", "pip")},
	{"docker.io/library/golang", language(Config{Cmd: []string{"bash"}, WorkingDir: "/go", Env: []string{"GOPATH=/go"}})},
	{"docker.io/library/rust", language(Config{Cmd: []string{"bash"}})},
	{"docker.io/library/ruby", language(Config{Cmd: []string{"irb"}}, "ruby", "gem")},
	{"docker.io/library/httpd", language(Config{Cmd: []string{"httpd-foreground"}, WorkingDir: "/usr/local/apache2", ExposedPorts: []string{"80/tcp"}})},
	{"docker.io/library/php", phpFacts},
	{"docker.io/library/caddy", caddyFacts},
	{"docker.io/library/eclipse-temurin", temurinFacts},
	{"docker.io/denoland/deno", denoFacts},
	{"mcr.microsoft.com/dotnet/", dotnetFacts},
	{"mcr.microsoft.com/windows", windowsFacts},
	{"mcr.microsoft.com/windows/", windowsFacts},
}

var (
	nodeVersion  = lazyregexp.New(`^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:$|-)`)
	alpineSuffix = lazyregexp.New(`alpine-?(\d+\.\d+)?`)
)

// hasNodeEntrypoint reports whether the images of a version of Node.js certainly have
// docker-entrypoint.sh. It came on 2019-05-23 (docker-node, commit 7e47b378), when the
// lines were at 8.16.0, 10.15.3, 11.15.0 and 12.3.1; images built before, and not
// since, lack it.
func hasNodeEntrypoint(v []string) bool {
	minor, line := atoi(v, 2), v[2] == ""
	switch atoi(v, 1) {
	case 8:
		return line || minor > 16 || minor == 16 && v[3] == ""
	case 10:
		return line || minor > 15
	case 12:
		return line || minor > 3
	default:
		return atoi(v, 1) > 12
	}
}

// nodeFacts describes the official Node.js images (github.com/nodejs/docker-node).
func nodeFacts(_, tag string) *Facts {
	f := &Facts{Config: &Config{Cmd: []string{"node"}}}
	v := nodeVersion.FindStringSubmatch(tag)
	if major := atoi(v, 1); v != nil && (major == 0 || major == 5 || major < 8 && v[3] != "") {
		return nil // from before the images got their user, at the end of 2016, or perhaps so
	}
	if v == nil || hasNodeEntrypoint(v) {
		f.Config.Entrypoint = []string{"docker-entrypoint.sh"}
	}
	switch {
	case strings.Contains(tag, "nanoserver"), strings.Contains(tag, "windowsservercore"):
		return windowsFacts("", tag)
	case strings.Contains(tag, "alpine"):
		f.Distro, f.Accounts, f.Programs = alpineDistro(tag), accounts(alpineUsers, Group{"nogroup", 65533}), alpinePrograms()
		f.Accounts.add(User{"node", 1000, 1000, "/home/node", "/bin/sh"})
	default:
		f.Distro, f.Accounts, f.Programs = debianByName(tag), accounts(debianUsers, Group{"nogroup", 65534}), debianPrograms()
		f.Accounts.add(User{"node", 1000, 1000, "/home/node", "/bin/bash"})
	}
	if strings.HasSuffix(tag, "onbuild") {
		f.Config.OnBuild = []string{"COPY . /usr/src/app"}
	}
	for _, p := range []string{"node", "npm", "yarn"} {
		f.Programs.Paths[p] = "/usr/local/bin/" + p
	}
	if !strings.Contains(tag, "slim") && !strings.Contains(tag, "alpine") {
		f.Programs.Paths["git"] = "/usr/bin/git" // buildpack-deps
	}
	if v != nil && v[3] != "" {
		f.Versions = &Versions{Node: v[1] + "." + v[2] + "." + v[3]}
	} else if v != nil {
		f.Versions = &Versions{Node: v[1]}
	}
	return f
}

// bunFacts describes the images of github.com/oven-sh/bun.
func bunFacts(_, tag string) *Facts {
	if strings.Contains(tag, "distroless") {
		return nil
	}
	f := &Facts{Distro: &Distro{ID: "debian", Family: Debian}, Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms()}
	if strings.Contains(tag, "alpine") {
		f = &Facts{Distro: alpineDistro("alpine"), Accounts: accounts(alpineUsers, Group{"nogroup", 65533}), Programs: alpinePrograms()}
	}
	f.Accounts.add(User{"bun", 1000, 1000, "/home/bun", "/bin/sh"})
	f.Config = &Config{Entrypoint: []string{"/usr/local/bin/docker-entrypoint.sh"}, Cmd: []string{"/usr/local/bin/bun"}, WorkingDir: "/home/bun/app"}
	f.Programs.Paths["bun"] = "/usr/local/bin/bun"
	return f
}

func ubuntuFacts(_, tag string) *Facts {
	f := &Facts{Config: &Config{Cmd: []string{"/bin/bash"}}, Distro: &Distro{ID: "ubuntu", Family: Debian}, Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms()}
	version := map[string]string{
		"latest": "26.04", "rolling": "26.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04", "noble": "24.04",
		"plucky": "25.04", "questing": "25.10", "resolute": "26.04",
	}
	name, _, _ := strings.Cut(tag, "-")
	f.Distro.Version = version[name]
	if f.Distro.Version == "" {
		f.Distro.Version = name
	}
	major, err := strconv.Atoi(strings.SplitN(f.Distro.Version, ".", 2)[0])
	if err != nil {
		return nil
	}
	if major >= 23 { // since 23.04 the image has this user
		f.Accounts.add(User{"ubuntu", 1000, 1000, "/home/ubuntu", "/bin/bash"})
	}
	return f
}

// distrolessFacts describes github.com/GoogleContainerTools/distroless.
func distrolessFacts(rest, tag string) *Facts {
	f := &Facts{
		Config: &Config{},
		Distro: &Distro{ID: "debian", Family: Distroless},
		Accounts: accounts([]User{
			{"root", 0, 0, "/root", "/sbin/nologin"}, {"nobody", 65534, 65534, "/nonexistent", "/sbin/nologin"},
			{"nonroot", 65532, 65532, "/home/nonroot", "/sbin/nologin"},
		}),
		Programs: noPrograms(),
	}
	if strings.Contains(tag, "nonroot") {
		f.Config.User = "65532"
	}
	if strings.Contains(tag, "debug") {
		return nil // these have a busybox
	}
	if strings.HasPrefix(rest, "nodejs") {
		f.Config.Entrypoint = []string{"/nodejs/bin/node"}
		f.Programs.Paths["node"] = "/nodejs/bin/node"
	}
	return f
}

func chainguardFacts(rest, tag string) *Facts {
	f := &Facts{
		Config: &Config{User: "65532"}, Distro: &Distro{ID: "wolfi", Family: Wolfi},
		Accounts: accounts([]User{{"root", 0, 0, "/root", "/bin/sh"}, {"nonroot", 65532, 65532, "/home/nonroot", "/bin/sh"}}),
	}
	switch rest {
	case "node":
		f.Accounts = accounts([]User{{"root", 0, 0, "/root", "/bin/sh"}, {"node", 65532, 65532, "/home/node", "/bin/sh"}})
		f.Config.Entrypoint, f.Config.WorkingDir = []string{"/usr/bin/node"}, "/app"
	case "static":
	case "wolfi-base":
		f.Config.User, f.Config.Cmd = "", []string{"/bin/sh", "-l"}
		f.Programs = alpinePrograms()
	default:
		return nil
	}
	return f
}

// ubiFacts describes Red Hat's universal base images; those with an
// application runtime come from the s2i project.
func ubiFacts(rest, tag string) *Facts {
	_, image, _ := strings.Cut(rest, "/")
	if !strings.HasPrefix(rest, "ubi") {
		return nil
	}
	users := []User{{"root", 0, 0, "/root", "/bin/bash"}, {"nobody", 65534, 65534, "/", "/sbin/nologin"}}
	f := &Facts{Config: &Config{Cmd: []string{"/bin/bash"}}, Distro: &Distro{ID: "rhel", Family: RHEL}, Programs: &Programs{Paths: map[string]string{"sh": "/bin/sh"}}}
	minimal := strings.HasSuffix(strings.SplitN(rest, "/", 2)[0], "-minimal") || strings.HasSuffix(image, "minimal")
	if !minimal {
		f.Programs.Paths["useradd"] = "/usr/sbin/useradd"
	} else {
		f.Programs.Paths["useradd"] = ""
	}
	if strings.HasPrefix(image, "nodejs") {
		users = append(users, User{"default", 1001, 0, "/opt/app-root/src", "/sbin/nologin"})
		f.Config = &Config{User: "1001", Entrypoint: []string{"container-entrypoint"}, WorkingDir: "/opt/app-root/src"}
	}
	f.Accounts = accounts(users)
	return f
}

func windowsFacts(_, _ string) *Facts {
	return &Facts{Config: &Config{}, Distro: &Distro{ID: "windows", Family: Windows}}
}

// ScratchFacts returns the facts of the empty image, which needs no inspection.
func ScratchFacts(platform string) *Facts {
	f := &Facts{
		Image: "scratch", Platform: platform, Config: &Config{}, Distro: &Distro{Family: Scratch},
		Accounts: &Accounts{Complete: true}, Programs: &Programs{Paths: map[string]string{}}, Versions: &Versions{},
	}
	for _, name := range AskPrograms.Programs() {
		f.Programs.Paths[name] = ""
	}
	f.mark(FromConfig)
	return f
}
