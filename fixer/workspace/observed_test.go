package workspace

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/stage"
)

// TestObserved: what was seen of an image counts where it was built from the same and is started
// alike, and not where a source has changed since.
func TestObserved(t *testing.T) {
	files := map[string]string{"compose.yaml": "services:\n  shop:\n    build: .\n", "Dockerfile": users}
	list := checkoutOf(t, files, Search{Compose: true})
	fingerprint := func(f *File) string {
		src, err := f.Load(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		sum, err := src.Fingerprint(src.Src, nil, stage.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	from := fingerprint(&File{Path: list[0].Path, Name: list[0].Name, Tree: list[0].Tree})
	rec := &observed.Record{Images: []observed.Image{{
		Dockerfile: "Dockerfile", BuiltFrom: from, State: observed.Up, Exercised: []string{"listened on 3000"}, Wrote: []string{"/tmp/x"}, ReadOnly: &observed.ReadOnly{State: observed.Up},
	}}}
	for name, c := range map[string]struct {
		more map[string]string
		says string
	}{
		"the same":               {nil, "what it writes was observed (listened on 3000)"},
		"a source has changed":   {map[string]string{"server.js": "require('http').createServer().listen(3001);\n"}, "but with other files"},
		"the Compose file alone": {map[string]string{"compose.yaml": files["compose.yaml"] + "# for two\n"}, "was observed"},
		"another command":        {map[string]string{"compose.yaml": files["compose.yaml"] + "    command: [node, job.js]\n"}, "not observed with this command"},
		"another environment":    {map[string]string{"compose.yaml": files["compose.yaml"] + "    environment:\n      A: b\n"}, "not observed with this command"},
	} {
		t.Run(name, func(t *testing.T) {
			all := map[string]string{}
			for file, text := range files {
				all[file] = text
			}
			for file, text := range c.more {
				all[file] = text
			}
			again := checkoutOf(t, all, Search{Compose: true})
			for _, f := range again {
				f.Observed = rec
			}
			if text, findings := repairAll(t, Link(again), fixer.Safe, false); strings.Contains(text, "read_only") || !strings.Contains(findings, c.says) {
				t.Errorf("%s\n%s", text, findings)
			}
		})
	}
	if other := fingerprint(&File{Path: filepath.Join(filepath.Dir(list[0].Path), "Dockerfile"), Name: "Dockerfile", Tree: list[0].Tree}); other != from {
		t.Errorf("%s, and %s again", from, other)
	}
}
