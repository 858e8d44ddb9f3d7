package transforms

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// TestPathIntoRootsHome: a PATH that leads there is found even if the PATH of the base
// image, to which it adds, is unknown.
func TestPathIntoRootsHome(t *testing.T) {
	for path, left := range map[string]bool{"/root/.local/bin:$PATH": true, "/opt/bin:$PATH": false} {
		src := "FROM node:20-slim\nWORKDIR /app\nENV PATH=" + path + "\nCOPY --chown=node:node server.js .\nCMD [\"mytool\", \"server.js\"]\n"
		files := fstest.MapFS{"server.js": {Data: []byte("console.log(1)\n"), Mode: 0o644}}
		r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src), Context: files}, []*fixer.Transform{NonrootUser}, baseimage.Table{}, fixer.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := !strings.Contains(string(r.After), "USER node"); got != left {
			t.Errorf("PATH=%s: left %v, want %v: %+v", path, got, left, r.Findings)
		}
	}
}
