package report

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/document"
)

// testTransforms are two, which is enough.
var testTransforms = []*fixer.Transform{
	{ID: "first-one", Title: "do the first thing", Safety: fixer.Safe, Doc: fixer.Doc{Why: "Without the first thing, a number of things go wrong that nobody would have thought of. More of it."}},
	{ID: "second-one", Title: "do the second thing", Safety: fixer.Unsafe, Doc: fixer.Doc{Why: "It is needed."}},
}

// rich returns a report with an example of everything. Each untrusted text is what
// text returns for a word of its own.
func rich(text func(word string) string) *Report {
	return &Report{Version: text("Versionword"), Transforms: testTransforms, Files: []File{
		richFile(text),
		{Path: text("Failedpath"), Err: &document.Error{Name: text("Failedname"), Line: 3, Col: 7, Msg: text("Failedmessage")}},
		{Path: text("Leftpath"), Result: fixer.Result{Before: []byte("FROM x\n"), After: []byte("FROM x\n"), Findings: []fixer.Finding{
			{ID: "first-one", Status: fixer.Refused, Line: 1, Col: 1, Problem: text("Leftmessage")},
			{ID: "second-one", Status: fixer.Offered, Safety: fixer.Unsafe, Line: 2, Col: 1, Problem: text("Leftunsafe")},
		}}},
		{Path: text("Silentpath")},
	}}
}

func richFile(text func(word string) string) File {
	return File{
		Path: text("Changedpath"), Directory: text("Directoryword"), Known: []bool{false, false, true, true, false, false, false},
		Result: fixer.Result{
			Before: []byte("FROM node\n"), After: []byte("FROM node:20\nUSER node\n"),
			Findings: []fixer.Finding{
				{ID: "first-one", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 6, Problem: text("Fixedmessage")},
				{ID: "second-one", Status: fixer.Fixed, Safety: fixer.Unsafe, Line: 2, Col: 1, Problem: text("Lookmessage")},
				{ID: "first-one", Status: fixer.Fixed, Safety: fixer.Safe, Line: 3, Col: 1, Problem: "of which the baseline knows"},
				{ID: "first-one", Status: fixer.Refused, Line: 4, Col: 1, Problem: "of which the baseline knows"},
				{ID: "first-one", Status: fixer.Refused, Line: 5, Col: 1, Problem: text("Notemessage")},
				{ID: "second-one", Status: fixer.Offered, Safety: fixer.Unsafe, Line: 6, Col: 1, Problem: text("Unsafemessage")},
				{ID: "second-one", Status: fixer.Failed, Line: 7, Col: 1, Problem: text("Bugmessage")},
			},
			Steps:   []fixer.Step{{ID: "first-one"}, {ID: "second-one"}},
			Created: []fixer.NewFile{{ID: "second-one", Name: text("Createdname"), Text: []byte(text("Createdtext"))}},
		},
		Images: richImages(text),
		Proofs: []Proof{
			{Target: "", Outcome: "proved", Reason: text("Provedreason"), Seen: []Seen{{text("Whatword"), text("Beforeword"), text("Afterword")}, {"user", "", "1000"}}, Notes: []string{text("Firstnote"), text("Secondnote")}},
			{Target: text("Unprovedstage"), Outcome: "not proved", Reason: text("Unprovedreason")},
			{Target: text("Samestage"), Outcome: "same failure", Reason: text("Samereason"), Details: map[string]any{"log": []string{text("Logword")}}},
			{Target: text("Brokenstage"), Outcome: "broken by the fix", Reason: text("Brokenreason")},
		},
	}
}

func richImages(text func(word string) string) []*baseimage.Facts {
	return []*baseimage.Facts{
		{
			Image: text("Imageword"), Platform: text("Platformword"), Digest: text("Digestword"), Manifest: text("Manifestword"), Local: true,
			Config: &baseimage.Config{
				User: text("Userword"), Entrypoint: []string{text("Entryword")}, Cmd: []string{text("Cmdword")}, Env: []string{text("Envword")}, WorkingDir: text("Workword"),
				Shell: []string{text("Shellword")}, OnBuild: []string{text("Onbuildword")}, Volumes: []string{text("Volumeword")}, ExposedPorts: []string{text("Portword")},
				Source: baseimage.FromConfig,
			},
			Distro: &baseimage.Distro{ID: text("Distroword"), Version: text("Releaseword"), Codename: text("Codeword"), Family: baseimage.Debian, Archive: baseimage.Served, Source: baseimage.FromLayer},
			Accounts: &baseimage.Accounts{
				Users:  []baseimage.User{{Name: text("Accountword"), UID: 1000, GID: 1000, Home: text("Homeword"), Shell: text("Loginword")}, {Name: "root"}},
				Groups: []baseimage.Group{{Name: text("Groupword"), GID: 1000}}, Complete: true, Source: baseimage.FromHistory,
			},
			Programs: &baseimage.Programs{Paths: map[string]string{"sh": text("Programword"), "git": ""}, Source: baseimage.FromLayer},
			Versions: &baseimage.Versions{Node: text("Nodeword"), NPM: text("Npmword"), Yarn: text("Yarnword"), Source: baseimage.FromConfig},
		},
		{Image: text("Tableword"), Config: &baseimage.Config{Source: baseimage.FromTable}, Assumed: text("Assumedword")},
		{Image: text("Cachedword"), Config: &baseimage.Config{Source: baseimage.FromConfig}, Assumed: text("Stalereason")},
		{Image: text("Unreadimage"), Config: &baseimage.Config{Source: baseimage.FromConfig}, Unread: text("Unreadword"), Absent: ""},
	}
}

// itself returns each word as its text.
func itself(word string) string { return word }
