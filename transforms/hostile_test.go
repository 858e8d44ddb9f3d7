package transforms

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// TestHostileNames: no user name of a base image is written into a Dockerfile where it
// could mean something else.
func TestHostileNames(t *testing.T) {
	names := []string{"$(id)", "a;b", "a b", "a\nRUN b", "`id`", "-x", "a'b", "a\\", "${X}", "a&&b", "*", "#", "é"}
	for _, name := range names {
		for _, facts := range []*baseimage.Facts{
			{Config: &baseimage.Config{User: name}},
			{Config: &baseimage.Config{User: name + ":" + name}},
			{Config: &baseimage.Config{User: "1000"}, Accounts: &baseimage.Accounts{Complete: true, Users: []baseimage.User{{Name: name, UID: 1000, GID: 1000}}, Groups: []baseimage.Group{{Name: name, GID: 1000}}}},
			{Config: &baseimage.Config{}, Accounts: &baseimage.Accounts{Complete: true, Users: []baseimage.User{{Name: "node", UID: 1000, GID: 1000, Home: "/home/node"}}, Groups: []baseimage.Group{{Name: name, GID: 1000}}}},
			{Config: &baseimage.Config{WorkingDir: "/" + name}, Accounts: &baseimage.Accounts{Complete: true, Users: []baseimage.User{{Name: "node", UID: 1000, GID: 1000, Home: "/" + name}}}},
			{Config: &baseimage.Config{Volumes: []string{"/" + name}}, Accounts: &baseimage.Accounts{Complete: true, Users: []baseimage.User{{Name: "node", UID: 1000, GID: 1000, Home: "/home/node"}}}},
		} {
			facts.Image, facts.Distro = "base", &baseimage.Distro{ID: "debian", Family: baseimage.Debian}
			facts.Config.Env = []string{"NODE_VERSION=20.1.1"}
			for _, user := range []string{"", "USER root\n"} {
				src := "FROM base\n" + user + "COPY . .\nWORKDIR x\nCOPY p q\nCMD [\"node\", \"server.js\"]\n"
				r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src)}, All(), baseimage.NewStatic(facts), fixer.Options{Threshold: fixer.Unsafe})
				if err != nil {
					t.Fatal(err)
				}
				if after := strings.ReplaceAll(string(r.After), "/-x/", "/"); strings.Contains(after, name) { // a path may begin like this
					t.Errorf("%q, %+v:\n%s", name, facts, r.After)
				}
				for _, f := range r.Findings {
					if f.Status == fixer.Failed {
						t.Errorf("%q: %s", name, f.Sentence())
					}
				}
			}
		}
	}
}
