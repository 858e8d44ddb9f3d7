package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ghStandIn records its arguments, and the body that it would send. $COMMENTS are the
// identifiers that its search for comments finds.
const ghStandIn = `#!/bin/sh
echo "$*" >> "$GH_LOG"
for argument; do
  case "$argument" in body=@*) cp "${argument#body=@}" "$GH_LOG.body" ;; esac
done
case "$*" in *--paginate*) printf '%s' "$COMMENTS" ;; esac
exit "$GH_EXIT"
`

// The calls of gh.
const (
	searchComment = "api --paginate repos/owner/name/issues/7/comments?per_page=100 --jq "
	updateComment = "api --silent --method PATCH repos/owner/name/issues/comments/12 --field "
	createComment = "api --silent --method POST repos/owner/name/issues/7/comments --field "
)

// TestActionComment: the report is a comment of the pull request, one for all runs
// of a job.
func TestActionComment(t *testing.T) {
	for _, test := range []struct {
		name, number, comments, changed, exit string
		want                                  []string // of gh
		command                               string   // the command in the log
	}{
		{name: "the first", number: "7", changed: "true", exit: "0", want: []string{searchComment, createComment}},
		{name: "again", number: "7", comments: "12\n34\n", changed: "true", exit: "0", want: []string{searchComment, updateComment}},
		{name: "again, and it is mended", number: "7", comments: "12\n", changed: "false", exit: "0", want: []string{searchComment, updateComment}},
		{name: "nothing to say", number: "7", changed: "false", exit: "0", want: []string{searchComment}},
		{name: "no pull request", changed: "true", exit: "0", command: "::notice title=dockmend::no comment"},
		{name: "not allowed", number: "7", changed: "true", exit: "1", want: []string{searchComment}, command: "::warning title=dockmend::no comment"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newActionRun(t, map[string]string{"comment": "true", "paths": "$(touch pwned)"})
			reports, log := filepath.Join(r.temp, "reports"), filepath.Join(r.temp, "gh.log")
			put(t, log, "", 0o644)
			put(t, filepath.Join(r.temp, "bin", "gh"), ghStandIn, 0o755)
			put(t, filepath.Join(reports, "dockmend.markdown"), "a report\n", 0o644)
			r.env = append(r.env, "PATH="+filepath.Join(r.temp, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"),
				"GH_LOG="+log, "GH_EXIT="+test.exit, "COMMENTS="+test.comments)
			r.values["github.event.pull_request.number"] = test.number
			r.values["steps.dockmend.outputs.markdown"] = filepath.Join(reports, "dockmend.markdown")
			r.values["steps.dockmend.outputs.reports"] = reports
			r.values["steps.dockmend.outputs.changed"] = test.changed
			r.only("Comment")
			if r.run(); r.failed || !strings.HasPrefix(strings.Join(r.commands, "\n"), test.command) || test.command == "" && len(r.commands) > 0 {
				t.Errorf("failed %v, commands for the runner %q\n%s", r.failed, r.commands, r.log)
			}
			checkComment(t, log, test.want)
			r.checkNotObeyed()
		})
	}
}

// checkComment checks the calls of gh, and its last body.
func checkComment(t *testing.T, log string, want []string) {
	t.Helper()
	asked, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(string(asked)))
	if !slices.EqualFunc(lines, want, strings.HasPrefix) {
		t.Errorf("gh was asked for %q, want %q", lines, want)
	}
	if len(want) == 2 {
		body, err := os.ReadFile(log + ".body")
		if err != nil || !strings.HasPrefix(string(body), "<!-- dockmend ") || !strings.HasSuffix(string(body), " -->\na report\n") {
			t.Errorf("the comment is %q, %v", body, err)
		}
	}
}
