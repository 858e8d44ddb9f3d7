package stage

import (
	"strings"
	"testing"
)

func TestContextSources(t *testing.T) {
	for src, want := range map[string]string{
		"FROM a\nCOPY . .\nCOPY ./ /x\nCOPY / /y\n":                                                                                                               "",
		"FROM a\nCOPY b ./a/../c /x/\nADD d /\n":                                                                                                                  "b c d",
		"FROM a\nCOPY package*.json [ab].js ./\n":                                                                                                                 "[ab].js|package*.json",
		"FROM a\nCOPY package.json yarn.lock* pnpm-lock.yaml* ./\nCOPY *.js /x/\nCOPY $U *.ts /x/\n":                                                              "*.js package.json",
		"FROM a AS s\nCOPY a .\nFROM b\nCOPY --from=s b .\nCOPY a c .\nCOPY --from=image d .\n":                                                                   "a c",
		"FROM a\nADD https://example.com/a git@example.com:a/b.git https://example.com/a.git#v1 /x/\n":                                                            "",
		"FROM a\nCOPY <<EOF /x\nb\nEOF\n":                                                                                                                         "",
		"ARG G=g\nFROM a AS s\nARG G\nENV A=a\nARG B=b\nFROM s\nCOPY $G/$A/${B} $U/x /x/\nCOPY $U$A y /x/\n":                                                      "g/a/b y",
		"FROM a\nONBUILD COPY b .\nCOPY --chown=a c .\nCOPY [\"d e\", \"/x\"]\nCOPY 'f' .\n":                                                                      "c d e f",
		"FROM a\nRUN --mount=type=bind,source=b,target=/b --mount=src=c,target=/c --mount=type=cache,source=d,target=/d --mount=source=e,from=x,target=/e true\n": "b c",
	} {
		if got := written(resolve(t, src, Options{})); got != want {
			t.Errorf("%q: %s, want %s", src, got, want)
		}
	}
	if got := written(resolve(t, "FROM a\nARG A\nCOPY $A .\n", Options{BuildArgs: map[string]string{"A": "b"}})); got != "b" {
		t.Errorf("with --build-arg: %q", got)
	}
}

// written has the context sources of a graph, those of one entry with | between.
func written(g *Graph) string {
	var list []string
	for _, entry := range g.ContextSources() {
		list = append(list, strings.Join(entry, "|"))
	}
	return strings.Join(list, " ")
}
