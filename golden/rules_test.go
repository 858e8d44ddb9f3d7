package golden

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/transforms"
)

// rule is what one transform may do to a Dockerfile, as BuildKit's parser reads
// it. The rules know nothing of the engine and its checks.
type rule struct {
	// same removes from an instruction, given by its keyword in upper case and its
	// whole logical line, what the transform may change. nil for nothing.
	same func(keyword, line string) string
	// added matches the whole of an instruction that the transform may add. nil for
	// none.
	added *regexp.Regexp
	// removed matches what the transform may remove from an instruction of the input,
	// after same: words with a blank, or the whole of an instruction. nil for nothing.
	removed *regexp.Regexp
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
		added: regexp.MustCompile(`(?i)^(USER \S+|ENV HOME=/tmp|ENV COREPACK_HOME=/usr/local/share/corepack|RUN (mkdir -p [^&]+ && )?chown (-R )?\S+ [^&]+( && chown (-R )?\S+ [^&]+)*|RUN (touch /run/nginx\.pid && )?chown -R \S+ [^&]+|RUN (groupadd|addgroup) .*&& (useradd|adduser) .*)$`),
	},
	"free-id": {
		same: func(keyword, line string) string {
			if keyword == "RUN" {
				return regexp.MustCompile(`\b1\d{3}\b`).ReplaceAllString(line, "N")
			}
			return line
		},
	},
	"packages-as-root": {
		added:   regexp.MustCompile(`(?i)^USER \S+$`),
		removed: regexp.MustCompile(`(?i)^USER( \S+)?$`),
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
	// These change nothing.
	"secret-in-image":    {},
	"end-of-life":        {},
	"development-start":  {},
	"health-check":       {},
	"unchecked-download": {},
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
				return tiniPackage.ReplaceAllString(line, "")
			}
			return line
		},
		added: regexp.MustCompile(`(?i)^(RUN apk add --no-cache tini(~0\.1[89])?|RUN apt-get update && apt-get install -y --no-install-recommends tini(=0\.1[89]\.\*)? && rm -rf /var/lib/apt/lists/\*|ENTRYPOINT \[ ?"/(usr/|s)bin/tini", ?("-s", ?)?("-g", ?)?"--".*\]|CMD \[.*\])$`),
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

// keyAndValue matches the text up to the value of the first pair.
var keyAndValue = regexp.MustCompile(`^(\s*\S+\s+[^\s=]+)(\s+|=)`)

var addKeyword = regexp.MustCompile(`(?i)^\s*(add|copy)\b`)

// omitDev matches the spellings of one option of npm.
var omitDev = regexp.MustCompile(`"?(--only[= ](production|prod)\b|--production(=true)?\b|--prod\b|--omit=dev\b)"?`)

// unpinned removes the tag and the digest from the name of an image.
func unpinned(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		image = image[:i]
	}
	return image
}

var (
	baseWord   = regexp.MustCompile(`^([^\s\v]+[\s\v]+(?:--[^\s\v]+[\s\v]+)*)([^\s\v]+)`) // in BuildKit, a vertical tab is a blank
	sourceWord = regexp.MustCompile(`from=[^\s,]+`)
	valueWord  = regexp.MustCompile(`=.*`)
)

// commandAlone removes what a CMD or ENTRYPOINT starts.
func commandAlone(keyword, line string) string {
	if keyword == "CMD" || keyword == "ENTRYPOINT" {
		return keyword
	}
	return line
}

// tiniPackage is tini in a list of packages: after the last one, or on a line of its own.
var tiniPackage = regexp.MustCompile(` [ \t]*tini\b(=0\.1[89]\.\*|~0\.1[89])?`)

var tiniWords = regexp.MustCompile(`"/(usr/|s)bin/tini", ?("-s", ?)?("-g", ?)?"--", ?`)

var chownFlag = regexp.MustCompile(`[\s\v]--chown=[^\s\v]+`) // in BuildKit, a vertical tab is a blank

// keepsInstructions compares BuildKit's own reading of both texts, without the
// engine's help: the input is in the output, in order, with its heredocs, and differs
// by no more than the rules of these transforms allow.
func keepsInstructions(t testing.TB, before, after []byte, ids []string) {
	t.Helper()
	var list []rule
	for _, id := range ids {
		r, ok := rules[id]
		if !ok {
			t.Errorf("golden/rules_test.go: rules has no rule for %s", id)
		}
		list = append(list, r)
	}
	if text := breach(list, instructions(t, before), instructions(t, after)); text != "" {
		t.Errorf("golden/rules_test.go: rules of %s: %s", strings.Join(ids, ", "), text)
	}
}

func instructions(t testing.TB, text []byte) []*parser.Node {
	t.Helper()
	r, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r.AST.Children
}

// breach returns what the rules do not allow, or "".
func breach(list []rule, before, after []*parser.Node) string {
	removed := removable(list)
	old, current := stripped(list, before), stripped(list, after)
	kept := make([]func(string) bool, len(old))
	for i, line := range old {
		kept[i] = becomes(removed, line)
	}
	same := func(i, j int) bool {
		return kept[i](current[j]) && reflect.DeepEqual(before[i].Heredocs, after[j].Heredocs)
	}
	isRemovable := func(i int) bool {
		return removed != nil && removed.FindString(old[i]) == old[i] && len(before[i].Heredocs) == 0
	}
	isNew := func(j int) bool {
		return slices.ContainsFunc(list, func(r rule) bool { return r.added != nil && r.added.MatchString(after[j].Original) })
	}
	// row[j]: the instructions read so far can have become the first j of the output.
	row := make([]bool, len(after)+1)
	row[0] = true
	last := func() int {
		for j := range after {
			if row[j] && isNew(j) {
				row[j+1] = true
			}
		}
		for j := len(after); j >= 0; j-- {
			if row[j] {
				return j
			}
		}
		return -1
	}
	for i, n := range before {
		read := last()
		next := make([]bool, len(after)+1)
		for j, ok := range row {
			next[j] = next[j] || ok && isRemovable(i)
			if ok && j < len(after) && same(i, j) {
				next[j+1] = true
			}
		}
		if slices.Contains(next, true) {
			row = next
			continue
		}
		for j := read; j < len(after); j++ {
			if same(i, j) {
				return fmt.Sprintf("%q is new, and no line that may be added", after[read].Original)
			}
		}
		return fmt.Sprintf("%q is lost or changed", n.Original)
	}
	if read := last(); read < len(after) {
		return fmt.Sprintf("%q is new, and no line that may be added", after[read].Original)
	}
	return ""
}

// stripped returns the lines without what may change in them.
func stripped(list []rule, nodes []*parser.Node) (lines []string) {
	for _, n := range nodes {
		line := n.Original
		for _, r := range list {
			if r.same != nil {
				line = r.same(strings.ToUpper(n.Value), line)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// removable matches what one of the rules allows to remove. nil for nothing.
func removable(list []rule) *regexp.Regexp {
	var any []string
	for _, r := range list {
		if r.removed != nil {
			any = append(any, "(?:"+r.removed.String()+")")
		}
	}
	if any == nil {
		return nil
	}
	return regexp.MustCompile(strings.Join(any, "|"))
}

// becomes returns a function that reports whether a line is this one, with or without
// each of the words that may be removed from it.
func becomes(removed *regexp.Regexp, line string) func(string) bool {
	var words [][]int
	if removed != nil {
		words = removed.FindAllStringIndex(line, -1)
	}
	if len(words) == 0 {
		return func(other string) bool { return other == line }
	}
	pattern, from := `(?s)\A`, 0
	for _, w := range words {
		pattern += regexp.QuoteMeta(line[from:w[0]]) + "(?:" + regexp.QuoteMeta(line[w[0]:w[1]]) + ")?"
		from = w[1]
	}
	return regexp.MustCompile(pattern + regexp.QuoteMeta(line[from:]) + `\z`).MatchString
}

// dockerfileIDs returns the names of the transforms for Dockerfiles.
func dockerfileIDs() (ids []string) {
	for _, tr := range transforms.Of(dockerfile.Kind) {
		ids = append(ids, tr.ID)
	}
	return ids
}

// TestRules tests rules that no transform has, and that every transform for Dockerfiles has a
// rule.
func TestRules(t *testing.T) {
	for _, id := range dockerfileIDs() {
		if _, ok := rules[id]; !ok {
			t.Errorf("golden/rules_test.go: rules has no rule for %s", id)
		}
	}
	for _, c := range []struct {
		name          string
		rule          rule
		before, after string
		want          string // a part of the breach
	}{
		{"nothing changes", rule{}, "FROM a\nUSER b", "FROM a\nUSER b", ""},
		{"an instruction is lost", rule{}, "FROM a\nUSER b", "FROM a", `"USER b" is lost`},
		{"an instruction is new", rule{}, "FROM a\nCMD c", "FROM a\nUSER b\nCMD c", `"USER b" is new`},
		{"the last instruction is new", rule{}, "FROM a", "FROM a\nUSER b", `"USER b" is new`},
		{"an added instruction", rule{added: regexp.MustCompile(`^USER \S+$`)}, "FROM a\nCMD c", "FROM a\nUSER b\nCMD c", ""},
		{"a removed instruction", rule{removed: regexp.MustCompile(`^USER root$`)}, "FROM a\nUSER root\nCMD c", "FROM a\nCMD c", ""},
		{"another one is removed", rule{removed: regexp.MustCompile(`^USER root$`)}, "FROM a\nUSER b\nCMD c", "FROM a\nCMD c", `"USER b" is lost`},
		{"the first of two is removed", rule{removed: regexp.MustCompile(`^USER root$`)}, "FROM a\nUSER root\nRUN b\nUSER root", "FROM a\nRUN b\nUSER root", ""},
		{"what may be removed is not added", rule{removed: regexp.MustCompile(`^USER root$`)}, "FROM a", "FROM a\nUSER root", `"USER root" is new`},
		{"a removed word", rule{removed: regexp.MustCompile(` --force\b`)}, "FROM a\nRUN npm i --force", "FROM a\nRUN npm i", ""},
		{"one of two words is removed", rule{removed: regexp.MustCompile(` --force\b`)}, "FROM a\nRUN b --force && c --force", "FROM a\nRUN b && c --force", ""},
		{"a word that may be removed is not added", rule{removed: regexp.MustCompile(` --force\b`)}, "FROM a\nRUN npm i", "FROM a\nRUN npm i --force", `"RUN npm i" is lost or changed`},
		{"a word is not a whole instruction", rule{removed: regexp.MustCompile(` --force\b`)}, "FROM a\nRUN npm i --force", "FROM a", "is lost"},
		{"a heredoc is not removed", rule{removed: regexp.MustCompile(`^RUN .*`)}, "FROM a\nRUN <<E\nb\nE", "FROM a", "is lost"},
	} {
		got := breach([]rule{c.rule}, instructions(t, []byte(c.before)), instructions(t, []byte(c.after)))
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
