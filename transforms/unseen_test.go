package transforms

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// TestUnseenSources: a source that is not read prevents USER, and one that is read, or
// that is not a source, does not.
func TestUnseenSources(t *testing.T) {
	const src = "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n"
	large := strings.Repeat("// x\n", 1<<18)
	for _, c := range []struct {
		name, text string
		safe       bool
	}{
		{"lib/a.js", large, false},
		{"lib/a.js", large[:1<<19], true},
		{"lib/a.bin", large, true},
	} {
		files := fstest.MapFS{"server.js": {Data: []byte("require('http').createServer().listen(3000)\n"), Mode: 0o644}, c.name: {Data: []byte(c.text), Mode: 0o644}}
		result, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src), Context: files}, All(), &asked{}, fixer.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(result.After), "\nUSER node\n"); got != c.safe {
			t.Errorf("%s of %d bytes: USER %v, want %v", c.name, len(c.text), got, c.safe)
		}
	}
}
