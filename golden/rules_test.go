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
	"npm-ci": {
		same: func(keyword, line string) string {
			if keyword == "RUN" {
				line = strings.ReplaceAll(npmInstall.ReplaceAllString(line, "npm ci"), " --frozen-lockfile", "")
			}
			return line
		},
	},
	"npm-ci-stage": {
		same: func(keyword, line string) string {
			switch keyword {
			case "FROM":
				return strings.TrimRight(stageName.ReplaceAllString(line, ""), " \t\v")
			case "RUN":
				return omitFlag.ReplaceAllString(line, "")
			}
			return line
		},
		added: regexp.MustCompile(`(?i)^(FROM (\S+-)?base( AS \S+)?|COPY --from=(\S+-)?(deps|build) (--chown=\S+ )?/\S+ \./\S*|(COPY|ADD) (--\S+ )*[^=]+|RUN npm prune \S+( --legacy-peer-deps)?)$`),
	},
	"maintainer-label": {
		same: func(keyword, line string) string {
			if keyword != "MAINTAINER" && keyword != "LABEL" {
				return line
			}
			line = strings.Replace(line, "org.opencontainers.image.authors=", "", 1)
			_, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			return strings.NewReplacer(`"`, "", `'`, "", `\`, "", "`", "").Replace(text)
		},
	},
	"env-equals": {
		same: func(keyword, line string) string {
			if keyword != "ENV" && keyword != "LABEL" {
				return line
			}
			return strings.NewReplacer(`"`, "", `'`, "", `\`, "").Replace(keyAndValue.ReplaceAllString(line, "$1="))
		},
	},
	"pin-image": {
		same: func(keyword, line string) string {
			switch keyword {
			case "FROM":
				m := baseWord.FindStringSubmatch(line)
				if m == nil {
					return line
				}
				return m[1] + unpinned(m[2]) + line[len(m[0]):]
			case "COPY", "RUN":
				return sourceWord.ReplaceAllStringFunc(line, unpinned)
			case "ARG": // another default
				return valueWord.ReplaceAllString(line, "=")
			}
			return line
		},
	},
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
		added: regexp.MustCompile(`(?i)^(USER \S+|ENV HOME=/tmp|RUN (mkdir -p [^&]+ && )?chown \S+ [^&]+|RUN (touch /run/nginx\.pid && )?chown -R \S+ [^&]+|RUN (groupadd|addgroup) .*&& (useradd|adduser) .*)$`),
	},
	"add-copy": {
		same: func(keyword, line string) string {
			if keyword == "ADD" || keyword == "COPY" {
				return addKeyword.ReplaceAllString(line, "COPY")
			}
			return line
		},
	},
	"npm-omit-dev": {
		same: func(keyword, line string) string {
			if keyword == "RUN" {
				return omitDev.ReplaceAllString(line, "--omit=dev")
			}
			return line
		},
	},
	"dockerignore": {}, // it makes a file
	"apt-no-recommends": {
		same: func(keyword, line string) string {
			if keyword == "RUN" {
				return strings.NewReplacer(" --no-install-recommends", "", " && rm -rf /var/lib/apt/lists/*", "").Replace(line)
			}
			return line
		},
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

var (
	stageName = regexp.MustCompile(`(?i)\s+AS\s+\S+\s*$`)
	omitFlag  = regexp.MustCompile(` --(omit=dev|only=production|production|prod)\b`)
)

var npmInstall = regexp.MustCompile(`npm +(install|i|in|ci|clean-install)\b`)

// keyAndValue matches what stands up to the value of the first pair.
var keyAndValue = regexp.MustCompile(`^(\s*\S+\s+[^\s=]+)(\s+|=)`)

var addKeyword = regexp.MustCompile(`(?i)^\s*(add|copy)\b`)

// omitDev matches the spellings of one option of npm.
var omitDev = regexp.MustCompile(`"?(--only[= ](production|prod)\b|--production(=true)?\b|--prod\b|--omit=dev\b)"?`)

// unpinned takes the tag and the digest off the name of an image.
func unpinned(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		image = image[:i]
	}
	return image
}

var (
	baseWord   = regexp.MustCompile(`^([^\s\v]+[\s\v]+(?:--[^\s\v]+[\s\v]+)*)([^\s\v]+)`) // to BuildKit, a vertical tab is a blank
	sourceWord = regexp.MustCompile(`from=[^\s,]+`)
	valueWord  = regexp.MustCompile(`=.*`)
)

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
		t.Errorf("%q is new, and the rules in golden/rules_test.go of %v do not add it", n.Original, ids)
	}
	rest := parse(after)
	for _, want := range parse(before) {
		i := slices.IndexFunc(rest, func(n *parser.Node) bool {
			return strip(n) == strip(want) && reflect.DeepEqual(n.Heredocs, want.Heredocs)
		})
		if i < 0 {
			t.Errorf("%q is lost, or changed in a way that the rules in golden/rules_test.go of %v do not allow", want.Original, ids)
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
