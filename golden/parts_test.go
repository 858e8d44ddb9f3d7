package golden

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms"
)

// TestParts runs parts of the list on every case of all: the list with each of its
// transforms left out, each alone, and the list with unsafe changes. The output must
// be sound by itself, and a second run must not change it.
func TestParts(t *testing.T) {
	dirs, err := filepath.Glob("all/*/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range dirs {
		dir := filepath.Dir(name)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			c := load(t, dir)
			for _, threshold := range []fixer.Safety{fixer.Safe, fixer.Unsafe} {
				c.options.Threshold = threshold
				c.transforms = transforms.Of(dockerfile.Kind)
				t.Run("all "+threshold.String(), c.isSound)
				for i, tr := range transforms.Of(dockerfile.Kind) {
					c.transforms = slices.Delete(slices.Clone(transforms.Of(dockerfile.Kind)), i, i+1)
					t.Run("without "+tr.ID+" "+threshold.String(), c.isSound)
					c.transforms = transforms.Of(dockerfile.Kind)[i : i+1]
					t.Run("only "+tr.ID+" "+threshold.String(), c.isSound)
				}
			}
		})
	}
}

// isSound checks one run for what must hold of every part of the list.
func (c *testCase) isSound(t *testing.T) {
	r := c.run(t, c.src)
	c.isDone(t, r)
	if bytes.Equal(r.Before, r.After) {
		return
	}
	keepsComments(t, r.Before, r.After)
	keepsInstructions(t, r.Before, r.After, c.ids())
	c.keepsItsStop(t, r)
	c.keepsItsFiles(t, r)
}

var (
	startsNode = regexp.MustCompile(`(?i)^CMD\b.*\bnode\b`)
	startsNPM  = regexp.MustCompile(`(?i)^CMD\b.*\b(npm|yarn|pnpm)\b`)
	startsInit = regexp.MustCompile(`(?i)^(CMD|ENTRYPOINT)\b.*\b(tini|dumb-init|catatonit)\b`)
	writesTree = regexp.MustCompile(`\b(vite|next|ng|nuxt|webpack|react-scripts|tsc|nest)\b`)
	rootAgain  = regexp.MustCompile(`(?i)^USER\s+(root|0)\b`)
	isCopy     = regexp.MustCompile(`(?i)^(COPY|ADD)\b`)
	isUser     = regexp.MustCompile(`(?i)^USER\b`)
)

// keepsItsStop: where a package manager started the application, which ends on
// SIGTERM, node does not start it as process 1, unless a source says SIGTERM.
func (c *testCase) keepsItsStop(t *testing.T, r imagebuild.Result) {
	t.Helper()
	before, after := original(t, r.Before), original(t, r.After)
	if count(before, startsNPM) <= count(after, startsNPM) || count(after, startsNode) == 0 || count(after, startsInit) > 0 {
		return
	}
	if !c.says(t, "SIGTERM", "graceful", "terminus") {
		t.Errorf("node is process 1, and does not stop:\n%s", r.After)
	}
}

// keepsItsFiles: where the start writes into the application's tree, and the last
// stage got another user than root, all that it copies is that user's.
func (c *testCase) keepsItsFiles(t *testing.T, r imagebuild.Result) {
	t.Helper()
	before, after := lastStage(original(t, r.Before)), lastStage(original(t, r.After))
	if count(after, isUser)-count(after, rootAgain) <= count(before, isUser)-count(before, rootAgain) {
		return
	}
	start := c.start(after)
	if !writesTree.MatchString(start) || strings.Contains(strings.Join(after, "\n"), "chown -R") {
		return
	}
	for _, line := range after {
		if isCopy.MatchString(line) && !strings.Contains(line, "--chown=") {
			t.Errorf("%q stays root's, and the start writes there:\n%s", line, r.After)
		}
	}
}

// start returns the CMD, and the scripts of package.json that it names.
func (c *testCase) start(stage []string) string {
	start := ""
	for _, line := range stage {
		if strings.HasPrefix(strings.ToUpper(line), "CMD") {
			start = line
		}
	}
	if c.context == nil || !startsNPM.MatchString(start) {
		return start
	}
	var manifest struct{ Scripts map[string]string }
	text, err := fs.ReadFile(c.context, "package.json")
	if err != nil || json.Unmarshal(text, &manifest) != nil {
		return start
	}
	for name, script := range manifest.Scripts {
		if strings.Contains(start, `"`+name+`"`) {
			start += " " + script
		}
	}
	return start
}

// says reports whether a file of the build context has one of the words.
func (c *testCase) says(t *testing.T, words ...string) bool {
	t.Helper()
	found := false
	if c.context == nil {
		return false
	}
	err := fs.WalkDir(c.context, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := fs.ReadFile(c.context, name)
		found = found || slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(text, []byte(w)) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// original returns the instructions as BuildKit's parser reads them.
func original(t *testing.T, text []byte) (lines []string) {
	t.Helper()
	r, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range r.AST.Children {
		lines = append(lines, n.Original)
	}
	return lines
}

// lastStage returns the instructions from the last FROM on.
func lastStage(lines []string) []string {
	for i, line := range slices.Backward(lines) {
		if strings.HasPrefix(strings.ToUpper(line), "FROM") {
			return lines[i:]
		}
	}
	return lines
}

func count(lines []string, what *regexp.Regexp) (n int) {
	for _, line := range lines {
		if what.MatchString(line) {
			n++
		}
	}
	return n
}
