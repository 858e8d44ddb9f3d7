package repository

import "testing"

// TestOutside: a context that is known to be elsewhere, and an unknown one.
func TestOutside(t *testing.T) {
	for line, want := range map[string]string{
		"docker build -f Dockerfile ..":                            "is outside of the repository",
		"docker build -f Dockerfile /srv/app":                      "is outside of the repository",
		"docker build -f Dockerfile https://example.com/app.git":   "is a URL",
		"docker build -f Dockerfile .":                             "",
		"docker build -f Dockerfile $(DIR)":                        "",
		"docker build -f Dockerfile -":                             "",
		"/kaniko/executor --dockerfile Dockerfile --context /work": "",
		"/kaniko/executor --dockerfile Dockerfile -c gs://bucket":  "is a URL",
	} {
		l := Read(files(map[string]string{"Makefile": "a:\n\t" + line + "\n"}, "Dockerfile"))
		got := ""
		for _, b := range l.Builds("Dockerfile") {
			got = b.Outside
			if b.Outside != "" && b.Context != "" {
				t.Errorf("%s: it has a context too: %s", line, b.Context)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
