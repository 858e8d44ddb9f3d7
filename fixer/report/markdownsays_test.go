package report

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
)

// The most important warnings.
const (
	saysUnbuilt   = "**Nothing was built or run for this.**"
	saysBroken    = "> [!CAUTION]\n> **Broken by the change. Don't merge it as it is:**\n> - `Dockerfile`"
	saysNotProved = "> [!WARNING]\n> **Not proved:**\n> - `Dockerfile`"
	saysLook      = "> [!IMPORTANT]\n> **1 change may break what can't be seen from here**"
)

// changed is a file with one change, edited.
func changed(edit func(*File)) File {
	f := File{Path: "Dockerfile", Result: fixer.Result{After: []byte("FROM x\n"), Findings: []fixer.Finding{
		{ID: "first-one", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 1, Problem: "is fixed"},
	}}}
	edit(&f)
	return f
}

func nothing(*File) {}

func withProofs(list ...Proof) func(*File) { return func(f *File) { f.Proofs = list } }

// sayings are files, and what the body must say about them, and must not.
var sayings = map[string]struct {
	files   []File
	has, no []string
}{
	"no file": {nil, []string{"has nothing to change here."}, []string{saysUnbuilt, "##", "Of the"}},
	"one user": {[]File{changed(func(f *File) {
		f.Path = "compose.yaml"
		by := fixer.Evidence{File: "api/Dockerfile", Line: 6, What: "USER node"}
		f.Result.Findings[0].Evidence, f.Result.Findings[0].Caveats = []fixer.Evidence{by}, []string{"build it"}
		f.Result.Findings = append(f.Result.Findings, f.Result.Findings[0])
	}), changed(func(f *File) {
		f.Path, f.Result.Findings[0].Evidence = "pod.yaml", []fixer.Evidence{{File: "api/Dockerfile", Line: 6, What: "USER node"}}
	})}, []string{
		"## One user\n\n- `USER node` in `api/Dockerfile`, line 6, is the user in `compose.yaml` and `pod.yaml`, too.\n\n",
		"## What remains for a person\n\n- `compose.yaml`: build it\n\n",
	}, nil},
	"no user":         {[]File{changed(func(f *File) { f.Result.Findings[0].Evidence = []fixer.Evidence{{File: "a", What: "script start"}} })}, nil, []string{"## One user", "## What remains"}},
	"nothing changes": {[]File{{Path: "Dockerfile"}}, []string{"has nothing to change here. Of the files, 1 stays as it is.", "\n- `Dockerfile`\n"}, []string{saysUnbuilt, "##"}},
	"no proof": {[]File{changed(nothing)}, []string{"This pull request repairs 1 Dockerfile.", saysUnbuilt, "\n- Line 1, `first-one`: is fixed\n", "ignore=first-one"},
		[]string{"roved", saysLook, "Assumed", "Of the other"}},
	"proved": {[]File{changed(withProofs(Proof{Outcome: "proved", Reason: "it works"}))}, []string{"1 image was built and run, before and after. Proved to work as before, and not as root: 1 of 1.", "**Proved:** it works"},
		[]string{saysUnbuilt, "> [!", "nothing was built"}},
	"broken":       {[]File{changed(withProofs(Proof{Outcome: "broken by the fix", Reason: "it ends"}))}, []string{saysBroken, "> [!CAUTION]\n> **Broken by the change:** it ends", "0 of 1"}, []string{saysUnbuilt, "**Proved"}},
	"not proved":   {[]File{changed(withProofs(Proof{Outcome: "not proved", Reason: "it is root"}))}, []string{saysNotProved, "> [!WARNING]\n> **Not proved:** it is root", "0 of 1"}, []string{saysUnbuilt, "**Proved"}},
	"repaired":     {[]File{changed(withProofs(Proof{Outcome: "repaired", Reason: "it builds"}))}, []string{"Proved to work as before, and not as root: 0 of 1. Repaired, which did not build before and now work, and not as root: 1.", "**Repaired, it did not build before:** it builds"}, []string{"> **Repaired", saysUnbuilt}},
	"same failure": {[]File{changed(withProofs(Proof{Outcome: "same failure", Reason: "it fails"}))}, []string{"> [!WARNING]\n> **Not proved, it fails as before:** it fails", "0 of 1"}, []string{"**Proved"}},
	"unheard of":   {[]File{changed(withProofs(Proof{Outcome: "splendid", Reason: "it is"}))}, []string{saysNotProved, "0 of 1"}, []string{"**Proved"}},
	"one stage of two": {[]File{changed(withProofs(Proof{Outcome: "proved", Reason: "fine"}, Proof{Target: "app", Outcome: "broken by the fix", Reason: "ends"}))},
		[]string{saysBroken + ", stage `app`", "1 of 2", "**Stage `app`. Broken by the change:** ends"}, nil},
	"one file of two": {[]File{changed(withProofs(Proof{Outcome: "proved", Reason: "fine"})), changed(nothing)}, []string{"1 of 1. **Of 1 file, nothing was built or run.**", "**Nothing was built or run for this one.**"}, []string{saysUnbuilt}},
	"to look at":      {[]File{changed(func(f *File) { f.Result.Findings[0].Safety = fixer.Unsafe })}, []string{saysLook, "- Line 1, `first-one`, **look at this**: is fixed"}, nil},
	"assumed": {[]File{changed(func(f *File) {
		f.Images = []*baseimage.Facts{{Image: "x", Assumed: "no network", Config: &baseimage.Config{Source: baseimage.FromTable}}}
		f.Result.Findings = append(f.Result.Findings, fixer.Finding{ID: "base-image", Status: fixer.Stated, Line: 1, Col: 1, Problem: "is assumed to be"})
	})}, []string{"> [!NOTE]\n> **Assumed, not seen:**\n> - `x` is taken for what the built-in table of well-known images says: no network"}, []string{"is assumed to be"}},
	"assumed in all ways": {[]File{changed(func(f *File) {
		config := &baseimage.Config{Source: baseimage.FromConfig}
		f.Images = []*baseimage.Facts{
			{Image: "old", Config: config, Assumed: "no network"},
			{Image: "shut", Config: config, Unread: "no layers"},
			{Image: "half", Config: config, Accounts: &baseimage.Accounts{Source: baseimage.FromTable}, Unread: "no layers"},
			{Image: "fact", Config: config},
		}
	})}, []string{
		"> - `old` is taken to be the same as at the last lookup: no network\n", "> - not everything is known of `shut`: no layers\n",
		"> - in part, `half` is taken for what the built-in table of well-known images says: no layers\n\n",
	}, []string{"> - `fact`"}},
	"in the baseline":       {[]File{changed(func(f *File) { f.Known = []bool{true} })}, []string{"1 finding is in the baseline, and not listed here.", "- 1 more change is in the baseline"}, []string{"is fixed", "What changes"}},
	"notes in the baseline": {rich(itself).Files, []string{"2 findings are in the baseline", "- 1 more change is in the baseline"}, []string{"of which the baseline knows"}},
	"failed":                {[]File{{Path: "a", Err: &document.Error{Name: "a", Line: 2, Col: 1, Msg: "is none"}}}, []string{"1 could not be repaired", "## Not repaired\n\n- `a`, line 2: is none"}, []string{"stays"}},
	"not added":             {[]File{changed(func(f *File) { f.Err = &document.Error{Name: ".dockerignore", Msg: "it is there already"} })}, []string{"- `Dockerfile`, `.dockerignore`: it is there already"}, []string{"repairs 1"}},
	"bug": {[]File{changed(func(f *File) {
		f.Result.Findings = append(f.Result.Findings, fixer.Finding{ID: "second-one", Status: fixer.Failed, Line: 1, Col: 1, Problem: "it panics"})
	})}, []string{"**dockmend itself failed here; the file is whole:**\n\n- Line 1, `second-one`: it panics"}, nil},
	"not written": {[]File{
		changed(func(f *File) { f.Path, f.Written = "good", true }),
		changed(func(f *File) { f.Proofs = []Proof{{Outcome: "broken by the fix", Reason: "it ends"}} }),
	}, []string{"repairs 1 Dockerfile", "1 is not part of it", "(`first-one`, 1 place)", "## Not part of this pull request\n", "- `Dockerfile`: broken by the change: it ends"}, []string{"Don't merge", "### `Dockerfile`"}},
}

// TestMarkdownSays: the body states what a reader must know, and nothing false.
func TestMarkdownSays(t *testing.T) {
	for name, test := range sayings {
		t.Run(name, func(t *testing.T) {
			body := markdownOf(t, &Report{Version: "1.2.3", Transforms: testTransforms, Files: test.files})
			for _, part := range test.has {
				if !strings.Contains(body, part) {
					t.Errorf("it lacks %q", part)
				}
			}
			for _, part := range test.no {
				if strings.Contains(body, part) {
					t.Errorf("it has %q", part)
				}
			}
			if t.Failed() {
				t.Log(body)
			}
		})
	}
}

// TestKinds counts the files of each kind, in the order in which the kinds come.
func TestKinds(t *testing.T) {
	list := []*File{{}, {Kind: dockerfile.Kind}, {Kind: kubernetes.Kind}}
	if got, want := kinds(list), "2 Dockerfiles and 1 Kubernetes manifest"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
