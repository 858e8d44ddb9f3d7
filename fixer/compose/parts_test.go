package compose

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestParts: a service says which entries of which files it is put together of, and which
// of its attributes counts.
func TestParts(t *testing.T) {
	files := fstest.MapFS{
		"compose.yaml": {Data: []byte(`include: [inner/compose.yaml]
x-base: &base
  init: true
services:
  base:
    image: a
    user: "1"
  web:
    extends: base
    <<: *base
    security_opt: [no-new-privileges:true, "seccomp:$FILE"]
  plain:
    image: b
    cap_drop: [ALL]
`)},
		"compose.override.yaml": {Data: []byte(`services:
  web:
    user: "2"
  plain:
    cap_drop: !reset []
`)},
		"inner/compose.yaml": {Data: []byte("services:\n  inner:\n    image: c\n")},
	}
	set, err := Load(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, s := range set.Projects[0].Services {
		fmt.Fprintf(&b, "%s", s.Name)
		for _, p := range s.Parts {
			fmt.Fprintf(&b, " %s %t", p.Place, p.Extended)
		}
		for _, name := range names(s.Attributes) {
			fmt.Fprintf(&b, "\n  %s %s", name, s.Attributes[name])
		}
		fmt.Fprintf(&b, "\n  %q\n", s.SecurityOpt)
	}
	const want = `base compose.yaml:5 false
  image compose.yaml:6
  user compose.yaml:7
  []
inner inner/compose.yaml:2 false
  image inner/compose.yaml:3
  []
plain compose.yaml:12 false compose.override.yaml:4 false
  image compose.yaml:13
  []
web compose.yaml:5 true compose.yaml:8 false compose.override.yaml:2 false
  extends compose.yaml:9
  image compose.yaml:6
  init compose.yaml:3
  security_opt compose.yaml:11
  user compose.override.yaml:3
  ["no-new-privileges:true" "seccomp:$FILE"]
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}
