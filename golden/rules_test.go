package golden

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// rule says what one transform may do to a Dockerfile, as BuildKit's parser reads
// it. The rules know nothing of the engine and its checks.
type rule struct {
	// same takes out of an instruction, given by its keyword in upper case and its
	// whole logical line, what the transform may change. nil for nothing.
	same func(keyword, line string) string
	// added matches the whole of an instruction that the transform may add. nil for
	// none.
	added *regexp.Regexp
}

// rules has a rule for each transform.
var rules = map[string]rule{
	"exec-form":  {same: commandAlone},
	"direct-cmd": {same: commandAlone},
	"nonroot-user": {
		same: func(keyword, line string) string {
			switch keyword {
			case "USER":
				return "USER"
			case "ARG": // another default
				name, _, _ := strings.Cut(line, "=")
				return name
			}
			return line
		},
		added: regexp.MustCompile(`(?i)^(USER \S+|ENV HOME=/tmp|RUN (mkdir -p [^&]+ && )?chown \S+ [^&]+|RUN (groupadd|addgroup) .*&& (useradd|adduser) .*)$`),
	},
	"tini-init": {
		same: func(keyword, line string) string {
			switch keyword {
			case "ENTRYPOINT":
				return tiniWords.ReplaceAllString(line, "")
			case "RUN":
				return strings.ReplaceAll(line, " tini", "")
			}
			return line
		},
		added: regexp.MustCompile(`(?i)^(RUN apk add --no-cache tini|RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/\*|ENTRYPOINT \[ ?"/(usr/|s)bin/tini", ?("-g", ?)?"--".*\]|CMD \[.*\])$`),
	},
	"chown-copy": {
		same: func(keyword, line string) string {
			switch keyword {
			case "COPY", "ADD":
				return chownFlag.ReplaceAllString(line, "")
			case "RUN":
				return strings.NewReplacer("chown -R ", "chown ", "chown --recursive ", "chown ").Replace(line)
			}
			return line
		},
	},
}

// commandAlone takes out what a CMD or ENTRYPOINT starts.
func commandAlone(keyword, line string) string {
	if keyword == "CMD" || keyword == "ENTRYPOINT" {
		return keyword
	}
	return line
}

var tiniWords = regexp.MustCompile(`"/(usr/|s)bin/tini", ?("-g", ?)?"--", ?`)

var chownFlag = regexp.MustCompile(`[\s\v]--chown=[^\s\v]+`) // to BuildKit, a vertical tab is a blank

// keepsInstructions compares BuildKit's own reading of both texts, without the
// engine's help: what went in comes out in order, with its heredocs, changed in
// no other way than these transforms may, and what is new is one of theirs.
func keepsInstructions(t testing.TB, before, after []byte, ids []string) {
	t.Helper()
	parse := func(text []byte) []*parser.Node {
		r, err := parser.Parse(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return r.AST.Children
	}
	strip := func(n *parser.Node) string {
		line := n.Original
		for _, id := range ids {
			if same := rules[id].same; same != nil {
				line = same(strings.ToUpper(n.Value), line)
			}
		}
		return line
	}
	isNew := func(n *parser.Node) {
		for _, id := range ids {
			if added := rules[id].added; added != nil && added.MatchString(n.Original) {
				return
			}
		}
		t.Errorf("%q is new, and no line that a transform writes", n.Original)
	}
	rest := parse(after)
	for _, want := range parse(before) {
		i := slices.IndexFunc(rest, func(n *parser.Node) bool {
			return strip(n) == strip(want) && reflect.DeepEqual(n.Heredocs, want.Heredocs)
		})
		if i < 0 {
			t.Errorf("%q is lost or changed", want.Original)
			return
		}
		for _, n := range rest[:i] {
			isNew(n)
		}
		rest = rest[i+1:]
	}
	for _, n := range rest {
		isNew(n)
	}
}
