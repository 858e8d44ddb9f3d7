package transforms

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/readonly"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
	"github.com/dockmend/dockmend/transforms/internal/services"
)

// ComposeReadOnly makes the root file system of a service read-only.
var ComposeReadOnly = &fixer.Transform{
	ID:       "compose-read-only",
	Title:    "make a service's root file system read-only",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds read_only: true to each service that does not run as root, with a tmpfs for /tmp and for each directory for temporary
files or a cache that the image is known to write. Those in the image are the user's: Docker gives a plain tmpfs to root.`,
		Why: `What an attacker brings can't be kept, and a program can't change its own code. A bare read_only: true breaks what writes
temporary files.`,
		Checks: []string{
			"What the start and the sources are known to write is in a mount, a cache or a directory for temporary files",
			"What it was seen to write is, too, where it was looked at (dockmend verify --record, --observed)",
			"It was seen to work so, with these directories and its volumes, its command, environment and health check",
		},
		LeavesAlone: []string{
			"Services that run as root, or whose image is not built from a Dockerfile of the repository",
			"Services that write anything else: it would be lost, and needs a volume",
			"Development set-ups: the sources mounted over the image, or develop:",
			"Services with the rights of the host, with a merge key or an anchor that is used, or that extend another",
		},
		NeedsUnsafe: []string{
			"It was not observed (--observed): what packages and libraries write is not in the sources",
			"When it was observed, it did not work as before: ready, its answers, its health check, no access denied",
			"It runs otherwise than it was observed: with mounts of the host, env_file, variables, other services",
			"The image is built from other files, or the name of its base means another image, than when it was observed",
			"What it writes looks like data, or is in a volume; or what is to be writable has something in the image",
			"Scripts run or copy something in its containers (docker compose exec, run, cp), or run the file as a stack",
			"Its image changes in this run, or its memory is limited, in which what it writes would be",
			"The image gets its user in this run: what was built before has another, until it is built again",
			"A version or a variable names the image: it may have been built before its Dockerfile had this user",
			"A development container, and a command line that gives a build an argument for the user",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#read_only",
			"https://docs.docker.com/engine/storage/tmpfs/",
		},
	},
	Run: composefile.On(func(p *composefile.Pass) error {
		services.Each(p, func(s services.Subject) { composeReadOnly(p, s) })
		return nil
	}),
}

func composeReadOnly(p *composefile.Pass, s services.Subject) {
	if !s.MayHarden() || s.IsToldFixed() || s.Image.Unknown != "" || !s.Image.Own || s.Stated("read_only").Line > 0 {
		return
	}
	user := s.User()
	plan, may := planFor(s, user)
	if at := s.Develops(); at != (workload.Place{}) {
		may = fixer.Refusal(at.String() + " says that it is for development")
	}
	var edits []document.Edit
	var err error
	if !may.Refused() {
		edits, err = readOnly(s, plan, user)
	}
	var paths []string
	for _, d := range plan {
		paths = append(paths, d.Path)
	}
	change := "add read_only: true"
	if len(paths) > 0 {
		change += ", and a tmpfs for " + strings.Join(paths, ", ")
	}
	p.Change(p.At(s.Service), fixer.Finding{Problem: "root file system of the service is writable", Change: change, Reason: user.Why, Evidence: rights.Evidence(s.Image)},
		may.And(s.Renewed()).And(s.Editable(err)), edits...)
}

// planFor returns the directories of a service that stay writable, in all ways in which it runs.
func planFor(s services.Subject, user rights.User) (plan []readonly.Directory, may fixer.Decision) {
	for i, w := range s.Ways(user) {
		one, decision := readonly.Plan(s.Image, w)
		if i > 0 && !may.Refused() && !decision.Refused() && !slices.Equal(one, plan) {
			decision = decision.And(fixer.Doubt("it writes other directories in another project"))
		}
		plan, may = one, may.And(decision)
	}
	return plan, may
}

// readOnly returns the edits that make the root file system of a service read-only, but for
// some directories.
func readOnly(s services.Subject, plan []readonly.Directory, user rights.User) ([]document.Edit, error) {
	edits, err := s.Add("read_only", yamlfile.Bool(true))
	var values []yamlfile.Value
	for _, d := range plan {
		options := path.Clean(d.Path)
		if d.Own && (user.UID == stage.Unknown || user.GID == stage.Unknown) {
			return nil, errors.New("the numbers of its user and group, to which a tmpfs is to belong, are not known")
		}
		if d.Own {
			options += fmt.Sprintf(":uid=%d,gid=%d,mode=0700", user.UID, user.GID)
		}
		values = append(values, yamlfile.String(options))
	}
	if len(values) > 0 && err == nil {
		var more []document.Edit
		more, err = s.AddItems("tmpfs", values...)
		edits = append(edits, more...)
	}
	return edits, err
}
