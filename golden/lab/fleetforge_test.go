package lab_test

import (
	"encoding/json"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// forge plays a Gitea: bare repositories of one organisation, served by
// git itself, and as much of the API as lists them and opens pull requests.
type forge struct {
	url, dir string

	mu    sync.Mutex
	names []string
	pulls map[string][]pull // by repository
}

// pull is a pull request, as a person sees it.
type pull struct{ Title, Body, Head, Base string }

func newForge(t *testing.T) *forge {
	t.Helper()
	f := &forge{dir: t.TempDir(), pulls: map[string][]pull{}}
	backend := filepath.Join(strings.TrimSpace(git(t, "", "--exec-path")), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/org/", &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + f.dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=fleet"}})
	mux.HandleFunc("GET /api/v1/version", answer(func(*http.Request) any { return map[string]string{"version": "1.24.0"} }))
	mux.HandleFunc("GET /api/v1/orgs/org/repos", answer(func(*http.Request) any { return f.list() }))
	mux.HandleFunc("GET /api/v1/repos/org/{name}/pulls", answer(func(r *http.Request) any { return f.open(r.PathValue("name")) }))
	mux.HandleFunc("GET /api/v1/repos/org/{name}/commits/{sha}/status", answer(func(*http.Request) any { return struct{}{} }))
	mux.HandleFunc("POST /api/v1/repos/org/{name}/pulls/{number}/requested_reviewers", answer(func(*http.Request) any { return []string{} }))
	mux.HandleFunc("POST /api/v1/repos/org/{name}/pulls", answer(func(r *http.Request) any {
		var p pull
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			return err.Error()
		}
		f.propose(r.PathValue("name"), p)
		return f.open(r.PathValue("name"))[0]
	}))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// answer returns a handler that sends an API's answer.
func answer(what func(*http.Request) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		_ = json.NewEncoder(w).Encode(what(r)) // a client that left
	}
}

// list returns the repositories, as the API describes them.
func (f *forge) list() []any {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []any{}
	for i, name := range f.names {
		list = append(list, f.describe(i, name))
	}
	return list
}

func (f *forge) describe(i int, name string) map[string]any {
	return map[string]any{
		"id": i + 1, "name": name, "full_name": "org/" + name, "owner": map[string]string{"login": "org"},
		"default_branch": "main", "clone_url": f.cloneURL(name),
	}
}

// open returns a repository's pull requests, as the API describes them.
func (f *forge) open(name string) []any {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []any{}
	for i, p := range f.pulls[name] {
		branch := func(ref string) map[string]any {
			return map[string]any{"label": ref, "ref": ref, "sha": "any", "repo": f.describe(0, name)}
		}
		list = append(list, map[string]any{"number": i + 1, "state": "open", "title": p.Title, "body": p.Body, "head": branch(p.Head), "base": branch(p.Base)})
	}
	return list
}

func (f *forge) propose(name string, p pull) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pulls[name] = append(f.pulls[name], p)
}

func (f *forge) cloneURL(name string) string {
	return f.url + "/org/" + url.PathEscape(name) + ".git"
}

func (f *forge) bare(name string) string { return filepath.Join(f.dir, "org", name+".git") }

// add makes a repository of these files.
func (f *forge) add(t *testing.T, name string, files map[string]string) {
	t.Helper()
	work := t.TempDir()
	for path, text := range files {
		path = filepath.Join(work, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git(t, work, "init", "--quiet", "--initial-branch", "main")
	git(t, work, "add", "--all")
	git(t, work, "commit", "--quiet", "--message", "all of it")
	git(t, "", "clone", "--quiet", "--bare", work, f.bare(name))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names = append(f.names, name)
}

// heads returns the heads of the branches of all repositories.
func (f *forge) heads(t *testing.T) map[string]string {
	t.Helper()
	heads := map[string]string{}
	for _, name := range f.names {
		heads[name] = git(t, f.bare(name), "for-each-ref", "--format", "%(refname:short) %(objectname)")
	}
	return heads
}

// file returns the content of a file on a branch.
func (f *forge) file(t *testing.T, name, branch, path string) string {
	t.Helper()
	return git(t, f.bare(name), "show", branch+":"+path)
}

// madeAt is the time of the test's own commits, in seconds since 1970.
const madeAt = "1767323045"

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_AUTHOR_DATE=@"+madeAt+" +0000", "GIT_COMMITTER_DATE=@"+madeAt+" +0000")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %q: %v", args, err)
	}
	return string(out)
}
