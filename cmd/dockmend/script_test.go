package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dockmend": main})
}

// TestScripts runs testdata/*.txtar: the program as its users run it. $REGISTRY
// is a real registry with an image of the official form, node:20-slim,
// node:20.19.5-bookworm-slim and alone/node:20, with the digest $DIGEST, $BRIEF in its
// short form; $BROKEN is one that answers every request with the status in the
// repository's name.
func TestScripts(t *testing.T) {
	hub := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(hub.Close)
	host := strings.TrimPrefix(hub.URL, "http://")
	node := nodeImage(t)
	push(t, host+"/node:20-slim", node)
	push(t, host+"/node:20.19.5-bookworm-slim", node)
	push(t, host+"/alone/node:20", node)
	digest, err := node.Digest()
	if err != nil {
		t.Fatal(err)
	}
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var status int
		if _, err := fmt.Sscanf(r.URL.Path, "/v2/status%d/", &status); err != nil {
			return // the ping
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(broken.Close)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".tmp", "cache"))
			env.Setenv("REGISTRY", host)
			env.Setenv("DIGEST", digest.String())
			env.Setenv("BRIEF", digest.String()[:len("sha256:")+12])
			schema, err := filepath.Abs("schema/config.schema.json")
			if err != nil {
				return err
			}
			env.Setenv("SCHEMA", schema)
			env.Setenv("BROKEN", strings.TrimPrefix(broken.URL, "http://"))
			env.Setenv("NOBODY", "127.0.0.1:1") // tcpmux: no service listens there
			env.Setenv("BUILDKIT_HOST", os.Getenv("DOCKMEND_TEST_BUILDKIT"))
			env.Setenv("BROKEN_BUILDKIT", os.Getenv("DOCKMEND_TEST_BROKEN_BUILDKIT"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "buildkit":
				return os.Getenv("DOCKMEND_TEST_BUILDKIT") != "", nil
			case "broken-buildkit":
				return os.Getenv("DOCKMEND_TEST_BROKEN_BUILDKIT") != "", nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"expand": expand,
			"bytes":  bytesOf,
			"fill":   fill,
			"mode":   mode,
			"store":  storeImage(node),
			"app":    app,
			"push":   pushProgram,
		},
	})
}

// app builds a static program as an example application.
func app(ts *testscript.TestScript, _ bool, files []string) {
	for _, f := range files {
		build := exec.Command("go", "build", "-o", ts.MkAbs(f), "../../fixer/proof/testdata/app")
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
		out, err := build.CombinedOutput()
		ts.Logf("%s", out)
		ts.Check(err)
	}
}

// pushProgram pushes an image that starts a program: push FILE NAME.
func pushProgram(ts *testscript.TestScript, _ bool, args []string) {
	program, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	img, err := programImage(program)
	ts.Check(err)
	tag, err := name.NewTag(args[1])
	ts.Check(err)
	ts.Check(remote.Write(tag, img))
}

// expand expands the script's environment in files.
func expand(ts *testscript.TestScript, _ bool, files []string) {
	for _, f := range files {
		text := os.Expand(ts.ReadFile(f), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(f), []byte(text), 0o644))
	}
}

var escapes = strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\033`, "\x1b", `\0`, "\x00")

// bytesOf compares a file with a text in which \r, \n and \0 are escapes, or
// writes it, with -write.
func bytesOf(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 3 && args[0] == "-write" {
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(escapes.Replace(args[2])), 0o644))
		return
	}
	if len(args) != 2 {
		ts.Fatalf("usage: bytes [-write] FILE TEXT")
	}
	if got := ts.ReadFile(args[0]); (got == escapes.Replace(args[1])) == neg {
		ts.Fatalf("%s is %q", args[0], got)
	}
}

// fill writes a file of a text and a number of x after it.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(escapes.Replace(args[1])+strings.Repeat("x", n)), 0o644))
}

// mode compares a file's permissions.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Lstat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := info.Mode().String(); (got == args[1]) == neg {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// storeImage writes the image to disk under a name: store oci|docker-archive PATH
// [NAME]. A layout may have none.
func storeImage(img v1.Image) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		path, image := ts.MkAbs(args[1]), ""
		if len(args) > 2 {
			image = args[2]
		}
		if args[0] == "oci" {
			l, err := layout.Write(path, empty.Index)
			ts.Check(err)
			ts.Check(l.AppendImage(img, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": image})))
			return
		}
		tag, err := name.NewTag(image)
		ts.Check(err)
		ts.Check(tarball.WriteToFile(path, tag, img))
	}
}
