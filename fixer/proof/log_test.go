package proof

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
)

func TestTail(t *testing.T) {
	var told []string
	l := &tail{line: func(s string) { told = append(told, s) }}
	for _, s := range []string{"on", "e\ntwo\r\n\n  \nth", "ree", "\n" + strings.Repeat("x", 2*lineLength) + "\nand the end"} {
		if n, err := l.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write is %d, %v", n, err)
		}
	}
	want := []string{"one", "two", "three", strings.Repeat("x", lineLength)}
	if !slices.Equal(told, want) {
		t.Errorf("lines %q, want %q", told, want)
	}
	if got := l.last(); !slices.Equal(got, append(want, "and the end")) {
		t.Errorf("last is %q", got)
	}
	for i := range 2 * tailLines {
		fmt.Fprintln(l, i)
	}
	if got := l.last(); len(got) != tailLines || got[0] != strconv.Itoa(tailLines) || got[tailLines-1] != strconv.Itoa(2*tailLines-1) {
		t.Errorf("last is %q", got)
	}
}

func TestDenied(t *testing.T) {
	for line, want := range map[string]string{
		"Error: EACCES: permission denied, open '/app/data.db'":                          "/app/data.db",
		"  [Error: EROFS: read-only file system, mkdir '/app/.next/cache'] {":            "/app/.next/cache",
		"sh: 1: cannot create /app/log: Permission denied":                               "/app/log",
		"mkdir: can't create directory '/app/x': Read-only file system":                  "/app/x",
		"touch: cannot touch \u2018/app/x y\u2019: Permission denied":                    "/app/x",
		`nginx: [emerg] mkdir() "/var/cache/nginx/c" failed (13: Permission denied)`:     "/var/cache/nginx/c",
		"PermissionError: [Errno 13] Permission denied: '/app/x.pyc'":                    "/app/x.pyc",
		"npm error syscall mkdir EACCES":                                                 "",
		"Error: listen EACCES: permission denied 0.0.0.0:80":                             "",
		"SqliteError: attempt to write a readonly database":                              "",
		"SQLITE_CANTOPEN: unable to open database file":                                  "",
		"chown: /app: Operation not permitted":                                           "/app",
		"open /x: permission denied":                                                     "/x",
		"error: EACCES: permission denied, copyfile '/app/a' -> '/app/b' at /app/x.js:1": "/app/a",
	} {
		d, ok := denied(line)
		if !ok || d.Path != want || d.Line != line {
			t.Errorf("%q: got %+v, %v, want the path %q", line, d, ok, want)
		}
	}
	for _, line := range []string{"listening on /tmp/x.sock", "permissions: all", "    at open (/app/EACCES.js:1)", "  code: 'EROFS',", ""} {
		if d, ok := denied(line); ok {
			t.Errorf("%q: got %+v", line, d)
		}
	}
}

func TestProgress(t *testing.T) {
	now := time.Now()
	vertex := func(name, err string, completed *time.Time) *client.Vertex {
		return &client.Vertex{Digest: digest.FromString(name), Name: name, Started: &now, Completed: completed, Error: err}
	}
	var told []string
	p := newProgress(func(s string) { told = append(told, s) })
	p.add(&client.SolveStatus{
		Vertexes: []*client.Vertex{vertex("[a 1/2] RUN a", "", nil), vertex("[b 1/2] RUN b", "", nil)},
		Logs:     []*client.VertexLog{{Vertex: digest.FromString("[b 1/2] RUN b"), Data: []byte("npm error\nlast wo")}},
	})
	if got := p.current(); got != "[b 1/2] RUN b" {
		t.Errorf("current is %q", got)
	}
	p.add(&client.SolveStatus{
		Vertexes: []*client.Vertex{vertex("[a 1/2] RUN a", "process did not complete: context canceled", &now), vertex("[b 1/2] RUN b", "exit code: 1", &now)},
		Logs:     []*client.VertexLog{{Vertex: digest.FromString("[b 1/2] RUN b"), Data: []byte("rds\n")}, {Vertex: "sha256:unknown", Data: []byte("x")}},
	})
	step, log := p.failure("", "exit code: 1")
	if step != "[b 1/2] RUN b" || !slices.Equal(log, []string{"npm error", "last words"}) {
		t.Errorf("failure is %q, %q", step, log)
	}
	if p.current() != "" {
		t.Errorf("current is %q", p.current())
	}
	if step, _ = p.failure("[a 1/2] RUN a", "too long"); step != "[a 1/2] RUN a" {
		t.Errorf("failure is %q", step)
	}
	if !slices.Equal(told, []string{"[a 1/2] RUN a", "[b 1/2] RUN b"}) {
		t.Errorf("lines %q", told)
	}
}

// Where no step has the error, that step failed whose command it names.
func TestProgressShared(t *testing.T) {
	now := time.Now()
	p := newProgress(func(string) {})
	for name, completed := range map[string]*time.Time{
		"[base 1/1] RUN npm": &now, "[2/4] RUN npm ci": nil, "[3/4] RUN npm ci --omit=dev": nil, "[4/4] COPY . .": nil,
	} {
		p.add(&client.SolveStatus{Vertexes: []*client.Vertex{{Digest: digest.FromString(name), Name: name, Started: &now, Completed: completed}}})
	}
	for err, want := range map[string]string{
		"executor failed running [/bin/sh -c npm ci --omit=dev]: network bridge not found": "[3/4] RUN npm ci --omit=dev",
		"executor failed running [/bin/sh -c npm ci]: exit code 1":                         "[2/4] RUN npm ci",
		"executor failed running [/bin/sh -c npm]: it ended well":                          "",
		"connection lost": "",
	} {
		if step, _ := p.failure("", err); step != want {
			t.Errorf("%s: got %q, want %q", err, step, want)
		}
	}
}
