package registry_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

// tarOf returns an archive: "dir/", "file=content", a program where that is "x", "setuid", or
// "capable", which is what it has;
// "link->target", "hard=>target".
func tarOf(t testing.TB, entries ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h, content := &tar.Header{Name: e, Typeflag: tar.TypeDir, Mode: 0o755}, ""
		if name, target, ok := strings.Cut(e, "=>"); ok {
			h = &tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: target, Mode: 0o644}
		} else if name, text, ok := strings.Cut(e, "="); ok {
			content = text
			h = &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}
			switch text {
			case "x":
				h.Mode = 0o755
			case "setuid":
				h.Mode = 0o4755
			case "capable":
				h.Mode = 0o755
				h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00"}
			}
		} else if name, target, ok := strings.Cut(e, "->"); ok {
			h = &tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packed returns a layer of an archive, compressed as its media type says.
func packed(t testing.TB, archive []byte, as types.MediaType) v1.Layer {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch as {
	case types.DockerLayer, types.OCILayer:
		w = gzip.NewWriter(&b)
	case types.OCILayerZStd:
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	default:
		return static.NewLayer(archive, as)
	}
	_, err := w.Write(archive)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return static.NewLayer(b.Bytes(), as)
}

// built returns an image of layers, each with a line of history that settles nothing
// unless another is given before it: "RUN x|entry|entry".
func built(t testing.TB, config v1.Config, as types.MediaType, layers ...[]string) v1.Image {
	t.Helper()
	img := v1.Image(empty.Image)
	for _, entries := range layers {
		line := "unknown"
		if len(entries) > 0 && strings.HasPrefix(entries[0], "history ") {
			line, entries = strings.TrimPrefix(entries[0], "history "), entries[1:]
		}
		next, err := mutate.Append(img, mutate.Addendum{
			Layer: packed(t, tarOf(t, entries...), as), History: v1.History{CreatedBy: line}, MediaType: as,
		})
		if err != nil {
			t.Fatal(err)
		}
		img = next
	}
	return configured(t, img, config)
}

// configured gives an image a platform and settings.
func configured(t testing.TB, img v1.Image, config v1.Config) v1.Image {
	t.Helper()
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Config = "linux", "amd64", config
	if img, err = mutate.ConfigFile(img, file); err != nil {
		t.Fatal(err)
	}
	return img
}

const (
	debianPasswd = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
	debianGroup  = "root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\n"
	nodeLine     = "node:x:1000:1000::/home/node:/bin/bash\n"
	nodeGroups   = debianGroup + "node:x:1000:\n"
)

var (
	debianFiles = []string{
		"bin->usr/bin", "sbin->usr/sbin", "etc/", "etc/group=" + debianGroup, "etc/os-release->../usr/lib/os-release", "etc/passwd=" + debianPasswd,
		"usr/", "usr/bin/", "usr/bin/apt-get=x", "usr/bin/chown=x", "usr/bin/dash=x", "usr/bin/sh->dash", "usr/lib/",
		"usr/lib/os-release=PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
		"usr/sbin/", "usr/sbin/useradd=x",
	}
	alpineFiles = []string{
		"bin/", "bin/busybox=x", "bin/sh->/bin/busybox", "bin/chown->/bin/busybox", "etc/", "etc/group=root:x:0:root\n",
		"etc/passwd=root:x:0:0:root:/root:/bin/sh\n", "etc/os-release=NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.20.3\n",
		"sbin/", "sbin/apk=x", "usr/", "usr/sbin/", "usr/sbin/adduser->/bin/busybox",
	}
	nodeFiles = []string{
		"etc/", "etc/group=" + nodeGroups, "etc/passwd=" + debianPasswd + nodeLine, "home/", "home/node/",
		"usr/", "usr/local/", "usr/local/bin/", "usr/local/bin/node=x", "usr/local/bin/npm->../lib/node_modules/npm/bin/npm-cli.js",
		"usr/local/bin/yarn->/opt/yarn/bin/yarn", "opt/", "opt/yarn/", "opt/yarn/bin/", "opt/yarn/bin/yarn=x",
		"usr/local/include/", "usr/local/include/node/",
		"usr/local/include/node/node_version.h=#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 19\n#define NODE_PATCH_VERSION 5\n",
		"usr/local/lib/", "usr/local/lib/node_modules/", "usr/local/lib/node_modules/npm/", "usr/local/lib/node_modules/npm/bin/",
		"usr/local/lib/node_modules/npm/bin/npm-cli.js=x", `usr/local/lib/node_modules/npm/package.json={"name":"npm","version":"10.8.2"}`,
	}
)

const app = "registry.example.com/team/app:1"

func inspect(t testing.TB, in *registry.Inspector, image string, what baseimage.Ask) *baseimage.Facts {
	t.Helper()
	f, err := in.Inspect(context.Background(), baseimage.Query{Image: image, Ask: what})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// summary returns the part of facts that layers answer.
func summary(f *baseimage.Facts) string {
	var s []string
	if d := f.Distro; d != nil {
		s = append(s, strings.Join([]string{string(d.Family), d.ID, d.Version, d.Codename, string(d.Source)}, ","))
	}
	if a := f.Accounts; a != nil {
		var names []string
		for _, u := range a.Users {
			names = append(names, u.Name)
		}
		s = append(s, strings.Join(names, ",")+","+string(a.Source))
		if !a.Complete {
			s = append(s, "incomplete")
		}
	}
	if v := f.Versions; v != nil {
		s = append(s, strings.Join([]string{v.Node, v.NPM, v.Yarn, string(v.Source)}, ","))
	}
	if p := f.Programs; p != nil {
		var there []string
		for _, path := range p.Paths {
			if path != "" {
				there = append(there, path)
			}
		}
		slices.Sort(there)
		s = append(s, strings.Join(there, ",")+","+string(p.Source))
	}
	return strings.Join(s, " ")
}

// TestLayers asks for everything in images whose history settles nothing.
func TestLayers(t *testing.T) {
	tests := []struct {
		name   string
		layers [][]string
		want   string
	}{
		{"Debian", [][]string{debianFiles}, "debian,debian,12,bookworm,layer root,daemon,nobody,layer ,,,layer /bin/chown,/bin/sh,/usr/bin/apt-get,/usr/sbin/useradd,layer"},
		{"node on Debian", [][]string{debianFiles, nodeFiles}, "debian,debian,12,bookworm,layer root,daemon,nobody,node,layer 20.19.5,10.8.2,,layer /bin/chown,/bin/sh,/usr/bin/apt-get,/usr/local/bin/node,/usr/local/bin/npm,/usr/local/bin/yarn,/usr/sbin/useradd,layer"},
		{"Alpine", [][]string{alpineFiles}, "alpine,alpine,3.20.3,,layer root,layer ,,,layer /bin/chown,/bin/sh,/sbin/apk,/usr/sbin/adduser,layer"},
		{"apk and the shell are removed", [][]string{alpineFiles, {"sbin/", "sbin/.wh.apk=", "bin/", "bin/.wh.sh="}}, "alpine,alpine,3.20.3,,layer root,layer ,,,layer /bin/chown,/usr/sbin/adduser,layer"},
		{"busybox is removed", [][]string{alpineFiles, {"bin/", "bin/.wh.busybox="}}, "alpine,alpine,3.20.3,,layer root,layer ,,,layer /sbin/apk,layer"},
		{"a user is added and deleted", [][]string{debianFiles, nodeFiles, {"etc/", "etc/passwd=" + debianPasswd, "etc/group=" + debianGroup, "home/", "home/.wh.node="}},
			"debian,debian,12,bookworm,layer root,daemon,nobody,layer 20.19.5,10.8.2,,layer /bin/chown,/bin/sh,/usr/bin/apt-get,/usr/local/bin/node,/usr/local/bin/npm,/usr/local/bin/yarn,/usr/sbin/useradd,layer"},
		{"the whole of /usr/local goes", [][]string{debianFiles, nodeFiles, {"usr/", "usr/local/", "usr/local/.wh..wh..opq="}}, "debian,debian,12,bookworm,layer root,daemon,nobody,node,layer ,,,layer /bin/chown,/bin/sh,/usr/bin/apt-get,/usr/sbin/useradd,layer"},
		{"distroless", [][]string{{"etc/", "etc/os-release->../usr/lib/os-release", "usr/", "usr/lib/", "usr/lib/os-release=PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n"}, {"./", "./nodejs/", "./nodejs/bin/", "./nodejs/bin/node=x"}, {"etc/", "etc/passwd=root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n", "etc/group=root:x:0:\nnonroot:x:65532:\n"}},
			"distroless,debian,12,bookworm,layer root,nonroot,layer ,,,layer /nodejs/bin/node,layer"},
		{"a program alone", [][]string{{"app=x"}}, "scratch,,,,layer ,layer ,,,layer ,layer"},
		{"nothing", nil, "scratch,,,,layer ,layer ,,,layer ,layer"},
		{"busybox", [][]string{{"bin/", "bin/[=x", "bin/busybox=>bin/[", "bin/sh=>bin/[", "bin/chown=>bin/[", "bin/adduser=>bin/[", "etc/", "etc/passwd=root:x:0:0::/root:/bin/sh\n", "etc/group=root:x:0:\n"}}, "busybox,,,,layer root,layer ,,,layer /bin/adduser,/bin/chown,/bin/sh,layer"},
		{"no program may be run", [][]string{{"bin/", "bin/sh=#!", "etc/", "etc/os-release=ID=wolfi"}}, "wolfi,wolfi,,,layer ,layer ,,,layer ,layer"},
		{"an account file that is a hard link to one passed by", [][]string{{"etc/", "etc/passwd-=" + debianPasswd + nodeLine, "etc/passwd=>etc/passwd-", "etc/group=" + nodeGroups}}, "scratch,,,,layer root,daemon,nobody,node,layer ,,,layer ,layer"},
		{"accounts from elsewhere too", [][]string{{"etc/", "etc/passwd=root:x:0:0::/root:/bin/sh\n+::::::\n", "etc/group=root:x:0:\n+:::\n"}}, "scratch,,,,layer root,layer incomplete ,,,layer ,layer"},
		{"lines that name nobody", [][]string{{"etc/", "etc/passwd=# x:x:1:1::/:/\n\nroot:x:0:0\r\nbad:x:y:0::/:/\nbad2:x:-1:0::/:/\nbad3:x:4294967295:0::/:/\na b:x:7:7::/:/\n:x:8:8::/:/\nlast:x:9:9::/:/bin/sh", "etc/group=x\n"}}, "scratch,,,,layer ,root,,,last,layer ,,,layer ,layer"},
	}
	medias := []types.MediaType{types.DockerLayer, types.OCILayer, types.OCILayerZStd, types.OCIUncompressedLayer, types.DockerUncompressedLayer}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			h.push("team/app:1", built(t, v1.Config{}, medias[i%len(medias)], tt.layers...))
			f := inspect(t, inspector(t, registry.Options{Transport: h}), app, baseimage.AskEverything)
			if got := summary(f); got != tt.want || f.Unread != "" {
				t.Errorf("\n got %s %s\nwant %s", got, f.Unread, tt.want)
			}
		})
	}
}

// TestRights: the rights that programs have of their own, where they are asked for: of the file
// that counts, through links, and of no other one.
func TestRights(t *testing.T) {
	const node, git = "usr/local/bin/node", "usr/bin/git"
	base := []string{"usr/", "usr/local/", "usr/local/bin/", "usr/bin/"}
	for name, c := range map[string]struct {
		layers [][]string
		want   map[string]string
	}{
		"none":                {[][]string{append(base, node+"=x", git+"=x")}, map[string]string{"node": "", "git": ""}},
		"capabilities":        {[][]string{append(base, node+"=capable", git+"=x")}, map[string]string{"node": "capabilities", "git": ""}},
		"setuid":              {[][]string{append(base, node+"=x", git+"=setuid")}, map[string]string{"node": "", "git": "setuid"}},
		"given later":         {[][]string{append(base, node+"=x", git+"=x"), append(base, node+"=capable")}, map[string]string{"node": "capabilities", "git": ""}},
		"taken by a new file": {[][]string{append(base, node+"=capable", git+"=x"), append(base, node+"=x")}, map[string]string{"node": "", "git": ""}},
		"by a link":           {[][]string{append(base, "opt/", "opt/n=capable", node+"->/opt/n", git+"=x")}, map[string]string{"node": "capabilities", "git": ""}},
		"by a hard link":      {[][]string{append(base, "opt/", "opt/n=capable", node+"=>opt/n", git+"=x")}, map[string]string{"node": "capabilities", "git": ""}},
		"of what is not here": {[][]string{append(base, git+"=x")}, map[string]string{"node": "", "git": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.push("team/app:1", built(t, v1.Config{}, types.OCILayer, c.layers...))
			in := inspector(t, registry.Options{Transport: h})
			const programs = baseimage.AskNode | baseimage.AskGit
			if f := inspect(t, in, app, programs); f.Programs == nil || f.Programs.Rights != nil {
				t.Errorf("not asked for rights: %v", f.Programs)
			}
			if f := inspect(t, in, app, programs|baseimage.AskRights); !maps.Equal(f.Programs.Rights, c.want) {
				t.Errorf("%v, want %v", f.Programs.Rights, c.want)
			}
		})
	}
}

// TestDepth: what the configuration and the history settle reads no layer, and the
// rest reads as little as possible.
func TestDepth(t *testing.T) {
	official := func(t testing.TB) v1.Image {
		return built(t, v1.Config{User: "", Env: []string{"NODE_VERSION=20.19.5"}}, types.DockerLayer,
			append([]string{"history " + bookworm}, debianFiles...),
			append([]string{`history RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit`}, nodeFiles[:3]...),
			append([]string{`history RUN /bin/sh -c set -ex && curl -fsSLO node.tar.xz && tar -xJf node.tar.xz -C /usr/local # buildkit`}, nodeFiles[5:]...))
	}
	silent := func(t testing.TB) v1.Image {
		return built(t, v1.Config{}, types.DockerLayer, debianFiles, nodeFiles[5:])
	}
	deleted := func(t testing.TB) v1.Image {
		return built(t, v1.Config{}, types.DockerLayer, append([]string{"history " + bookworm}, debianFiles...),
			append([]string{`history RUN /bin/sh -c useradd app; userdel app # buildkit`}, "etc/", "etc/passwd="+debianPasswd, "etc/group="+debianGroup))
	}
	const cheap = baseimage.AskConfig | baseimage.AskDistro | baseimage.AskUsers | baseimage.AskSh | baseimage.AskChown
	tests := []struct {
		name   string
		image  func(testing.TB) v1.Image
		ask    baseimage.Ask
		layers int
		want   string
	}{
		{"all that USER node takes", official, cheap, 0, "debian,debian,12,bookworm,history node,history incomplete 20.19.5,,,config /bin/chown,/bin/sh,history"},
		{"all accounts", official, baseimage.AskAccounts, 2, "debian,debian,12,bookworm,history root,daemon,nobody,node,layer 20.19.5,,,config"},
		{"npm's version", official, baseimage.AskVersions, 1, "debian,debian,12,bookworm,history node,history incomplete 20.19.5,10.8.2,,layer"},
		{"a program that isn't there", official, baseimage.AskGit, 3, "debian,debian,12,bookworm,history node,history incomplete 20.19.5,,,config ,layer"},
		{"the configuration", silent, baseimage.AskConfig, 0, ""},
		{"a history that tells nothing", silent, cheap, 2, "debian,debian,12,bookworm,layer root,daemon,nobody,layer /bin/chown,/bin/sh,layer"},
		{"a user who is deleted again", deleted, cheap, 1, "debian,debian,12,bookworm,history root,daemon,nobody,layer /bin/chown,/bin/sh,history"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			h.push("team/app:1", tt.image(t))
			in := inspector(t, registry.Options{Transport: h})
			f := inspect(t, in, app, tt.ask)
			if got := summary(f); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			if n := len(h.requests()) - 3; n != tt.layers {
				t.Errorf("%d layers, want %d", n, tt.layers)
			}
			inspect(t, in, app, tt.ask)
			if log := h.requests(); len(log) != 0 {
				t.Errorf("asked again: %q", log)
			}
		})
	}
}

// TestOrderOfQuestions: an answer doesn't depend on the questions before it.
func TestOrderOfQuestions(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer,
		append([]string{"history " + bookworm}, debianFiles...),
		append([]string{"history RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid node node # buildkit"}, nodeFiles[:3]...)))
	asks := []baseimage.Ask{baseimage.AskUsers, baseimage.AskAccounts, baseimage.AskGit, baseimage.AskChown | baseimage.AskGit, baseimage.AskVersions, baseimage.AskDistro, baseimage.AskEverything}
	alone := map[baseimage.Ask]string{}
	for _, a := range asks {
		alone[a] = toJSON(t, inspect(t, inspector(t, registry.Options{Transport: h}), app, a))
	}
	for range asks {
		asks = append(asks[1:], asks[0])
		in := inspector(t, registry.Options{Transport: h})
		for _, a := range asks {
			if got := toJSON(t, inspect(t, in, app, a)); got != alone[a] {
				t.Errorf("%s after others\n got %s\nwant %s", a, got, alone[a])
			}
		}
	}
}
