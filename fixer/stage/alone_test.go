package stage

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

func logical(steps []Step) string {
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.In.Logical)
	}
	return strings.Join(lines, ", ")
}

func TestAlone(t *testing.T) {
	for _, c := range []struct{ name, src, alone, behind string }{ // of the last stage; behind its chain's first step
		{"one stage", "FROM x\nRUN a\nRUN b\n", "RUN a, RUN b", "RUN b"},
		{"a parent of its own", "FROM x AS p\nRUN a\nFROM p\nRUN b\n", "RUN a, RUN b", "RUN b"},
		{"a parent that another image has too", "FROM x AS p\nRUN a\nFROM p AS q\nRUN c\nFROM p\nRUN b\n", "RUN b", "RUN b, RUN c"},
		{"a parent that a stage has which it copies from", "FROM x AS p\nRUN a\nFROM p AS q\nRUN c\nFROM p\nRUN b\nCOPY --from=q /c /c\n", "RUN a, RUN b, COPY --from=q /c /c", "RUN b, COPY --from=q /c /c, RUN c"},
		{"a branch further up", "FROM x AS p\nRUN a\nFROM p AS q\nRUN b\nFROM p AS other\nRUN c\nFROM q\nRUN d\n", "RUN b, RUN d", "RUN b, RUN d, RUN c"},
		{"an empty stage at the end", "FROM x AS p\nRUN a\nFROM p\n", "RUN a", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := dockerfile.Parse("Dockerfile", []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			g, err := Resolve(f, Options{})
			if err != nil {
				t.Fatal(err)
			}
			run := g.Nodes[len(g.Nodes)-1].Eval(nil)
			if got := logical(run.Exclusive()); got != c.alone {
				t.Errorf("alone: %s", got)
			}
			if got := logical(run.Downstream(run.Steps[0])); got != c.behind {
				t.Errorf("behind: %s", got)
			}
		})
	}
}
