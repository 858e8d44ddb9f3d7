package proof_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/dockmend/dockmend/fixer/proof"
)

// app builds the program of testdata/app as the only file of a build context.
func app(t *testing.T) (context string, program string) {
	t.Helper()
	dir := t.TempDir()
	program = filepath.Join(dir, "app")
	build := exec.Command("go", "build", "-o", program, "./testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir, program
}

func builder(t *testing.T, program string) *proof.Builder {
	t.Helper()
	address := os.Getenv("DOCKMEND_TEST_BUILDKIT")
	if address == "" {
		t.Skip("DOCKMEND_TEST_BUILDKIT has no address of a BuildKit daemon, such as unix:///run/buildkit/buildkitd.sock")
	}
	b, err := proof.Dial(t.Context(), address, proof.Helper{Path: program, Args: []string{"observe"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func observe(t *testing.T, b *proof.Builder, s proof.Spec) *proof.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	began := time.Now()
	o, err := b.Observe(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.MarshalIndent(o, "", " ")
	t.Logf("%v %s", time.Since(began), text)
	return o
}

func TestObserve(t *testing.T) {
	dir, program := app(t)
	b := builder(t, program)
	for name, c := range map[string]struct{ dockerfile string }{
		"root": {`WORKDIR /data
EXPOSE 8080
VOLUME /vol
CMD ["/bin/app", "-listen", ":8080", "-write", "/data/x"]`},
		"vol": {`WORKDIR /data
EXPOSE 8080
USER 5:5
COPY --chown=5:5 app /vol/app
VOLUME /vol
CMD ["app", "-listen", ":8080", "-write", "/vol/x", "-term", "0s"]`},
		"ends":      {`CMD ["/bin/app", "-code", "0"]`},
		"fails":     {`CMD ["/bin/app", "-code", "5"]`},
		"nosuch":    {`CMD ["nosuch", "-code", "5"]`},
		"nouser":    {"USER nosuch\n" + `CMD ["/bin/app", "-code", "5"]`},
		"low":       {"USER 1000\nEXPOSE 80\n" + `CMD ["/bin/app", "-listen", ":80"]`},
		"elsewhere": {"USER 1000\nEXPOSE 80\n" + `CMD ["/bin/app", "-listen", ":8080"]`},
		"nobuild":   {`COPY nosuch /`},
		"norun":     {`RUN ["/bin/app", "-code", "4"]`},
		"parse":     {"FOO bar"},
	} {
		t.Run(name, func(t *testing.T) {
			observe(t, b, proof.Spec{Context: dir, Hardened: true, StopTimeout: time.Second, Dockerfile: []byte("FROM scratch\nCOPY app /bin/app\n" + c.dockerfile)})
		})
	}
}
