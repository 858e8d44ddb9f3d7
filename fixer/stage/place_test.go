package stage

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
)

func TestPlace(t *testing.T) {
	for _, c := range []struct{ name, run, want string }{ // the second argument of npm is replaced by ci
		{"plain", "RUN npm install\n", "RUN npm ci\n"},
		{"behind a mount, a continuation and a comment", "RUN --mount=type=cache,target=/x  cd /app && \\\n  # c\n  npm   install --silent && rm x\n", "RUN --mount=type=cache,target=/x  cd /app && \\\n  # c\n  npm   ci --silent && rm x\n"},
		{"wrapped", "RUN sudo -E npm \"install\"\n", "RUN sudo -E npm ci\n"},
		{"beyond ASCII", "RUN echo 'ä …' ; npm install\n", "RUN echo 'ä …' ; npm ci\n"},
		{"exec form", "RUN [\"npm\", \"install\"]\n", ""},
		{"heredoc", "RUN <<EOF\nnpm install\nEOF\n", ""},
		{"a script inside", "RUN sh -c 'npm install'\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			const from = "FROM node:20\n"
			f, err := dockerfile.Parse("Dockerfile", []byte(from+c.run))
			if err != nil {
				t.Fatal(err)
			}
			g, err := Resolve(f, Options{})
			if err != nil {
				t.Fatal(err)
			}
			step := g.Nodes[0].Eval(nil).Steps[0]
			script, err := step.Script()
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, call := range script.Calls {
				if call.Name != "npm" {
					continue
				}
				found = true
				w, ok := step.Place(call.Args[0])
				if ok != (c.want != "") {
					t.Fatalf("found at %v: %v", w, ok)
				}
				if !ok {
					continue
				}
				e, err := step.In.Replace(w, "ci")
				if err != nil {
					t.Fatal(err)
				}
				after, err := f.Edited([]document.Edit{e})
				if err != nil {
					t.Fatal(err)
				}
				if got := string(after.Bytes()); got != from+c.want {
					t.Errorf("got %q", got)
				}
			}
			if !found {
				t.Error("npm is not called")
			}
		})
	}
}
