package stage

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// allocated returns how many bytes an evaluation of the last stage takes.
func allocated(t *testing.T, src string) (bytes uint64, final State) {
	t.Helper()
	f, err := dockerfile.Parse("Dockerfile", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := Resolve(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range g.Targets() {
		final = n.Eval(nil).Final
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, final
}

// TestManySteps: the room that states take grows with the steps, not with their
// square. 4,000 copies of the lists of 4,000 would be more than 500 MB.
func TestManySteps(t *testing.T) {
	repeat := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	const mb = 1 << 20
	for name, c := range map[string]struct {
		src string
		max uint64
		env int
	}{
		"ENV of one name":         {"FROM a\n" + repeat(4000, "ENV A b\n"), 16 * mb, 4000},
		"ENV of many names":       {"FROM a\nENV A=a\n" + repeat(4000, "ENV A#=$A\n"), 32 * mb, 4001},
		"ARG":                     {"FROM a\n" + repeat(4000, "ARG A#=b\n"), 16 * mb, 0},
		"ARG of one name":         {"FROM a\n" + repeat(4000, "ARG A=b\n"), 16 * mb, 0},
		"ARG of the whole file":   {repeat(4000, "ARG A#=b\n") + "FROM a\n", 16 * mb, 0},
		"VOLUME":                  {"FROM a\n" + repeat(4000, "VOLUME /v#\n"), 16 * mb, 0},
		"RUN useradd":             {"FROM a\n" + repeat(4000, "RUN useradd -u 1# u#\n"), 128 * mb, 0},
		"100 stages side by side": {repeat(100, "FROM a\n"+repeat(30, "ENV A b\n")), 8 * mb, 30},
		"a chain of stages":       {"FROM a AS s0\n" + repeat(60, "ENV A b\n") + strings.Repeat("FROM s0 AS s0\n"+repeat(60, "ENV A b\n"), 60), 16 * mb, 61 * 60},
	} {
		t.Run(name, func(t *testing.T) {
			took, final := allocated(t, c.src)
			if took > c.max {
				t.Errorf("%d MB, more than %d", took/mb, c.max/mb)
			}
			if len(final.Env) != c.env {
				t.Errorf("%d variables, want %d", len(final.Env), c.env)
			}
		})
	}
}

// TestStatesPart: what one state goes on with is not seen by those that went
// another way from the same place.
func TestStatesPart(t *testing.T) {
	g := resolve(t, "FROM a AS p\nENV A=p B=p\nFROM p AS l\nENV A=l C=l\nFROM p AS r\nARG B=r\nENV A=$A$B\nFROM l\nENV A=$A$B\n", Options{})
	for i, want := range []string{"p p - A=p B=p", "l p l A=p B=p A=l C=l", "pr r - A=p B=p A=pr", "lp p l A=p B=p A=l C=l A=lp"} {
		s := g.Nodes[i].Eval(nil).Final
		get := func(name string) string {
			if v, ok := s.Getenv(name); ok {
				return v
			}
			return "-"
		}
		if got := strings.Join(append([]string{get("A"), get("B"), get("C")}, s.Env...), " "); got != want {
			t.Errorf("stage %d: %s, want %s", i, got, want)
		}
	}
	l, r := g.Nodes[1].Eval(nil), g.Nodes[2].Eval(nil)
	if len(l.Steps) != 2 || len(r.Steps) != 3 || l.Steps[1].In == r.Steps[1].In || r.Own()[0].In.Line != 6 {
		t.Errorf("%d and %d steps", len(l.Steps), len(r.Steps))
	}
}

func TestVars(t *testing.T) {
	base := &baseimage.Facts{Config: &baseimage.Config{Env: []string{"A=1", "B=2", "EMPTY"}}}
	s := final(t, "FROM x\nARG A=3\nENV B=$U\nENV C=$A\nENV C=4\n", base, Options{})
	for name, want := range map[string][2]string{
		"A":     {"3", "1"}, // an ARG holds for RUN, and is not of the image
		"B":     {"-", "2"}, // set, to what is not known
		"C":     {"4", "4"},
		"EMPTY": {"", ""},
		"D":     {"-", "-"},
	} {
		got := [2]string{"-", "-"}
		if v, ok := s.Getenv(name); ok {
			got[0] = v
		}
		if v, ok := s.EnvVar(name); ok {
			got[1] = v
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// C was an ARG's once: another build may have stages where it still is.
	for name, want := range map[string]bool{"$A": true, "$C": true, "$EMPTY": false, "$D": false} {
		if got := s.DependsOnArg(name); got != want {
			t.Errorf("%s depends on an ARG: %t", name, got)
		}
	}
	if keys := s.vars.Keys(); !slices.Equal(keys, []string{"A", "B", "EMPTY", "A", "B", "C", "C"}) {
		t.Error(keys)
	}
}
