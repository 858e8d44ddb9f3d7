package transforms

import (
	"cmp"
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/corepack"
	"github.com/dockmend/dockmend/transforms/internal/nginx"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/rootcheck"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// NonrootUser makes the container run as a user other than root.
var NonrootUser = &fixer.Transform{
	ID:       "nonroot-user",
	Title:    "run the container as a user who is not root",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.High,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds USER after the last instruction that needs root, in every stage that becomes an image and starts a program. The user is,
in this order: the base image's own; one that the file creates and never uses; node, where the base has it; nonroot on
distroless; 65532:65532 where there is no user database; a new one with the first free id from 1000 on. That user gets the
working directory, declared volumes and directories made by RUN mkdir, one directory each, and with all that is in them those
that a RUN builds and the application writes into, in which a RUN runs the application (manage.py migrate), or that a RUN
gives to a third user; with --own data, only what is there to be written, and with --own nothing, nothing. Docker's official nginx image runs as its own user nginx, who gets the cache directory, the pid file and
the files that the image's entrypoint writes; the files that nginx serves stay root's.`,
		Why: `A process that runs as root in a container is root on every file and socket that is mounted into it, and one kernel bug away
from being root on the host. Kubernetes' restricted policy refuses to start it.`,
		Checks: []string{
			"The user exists in the base image, or the file creates it: names are never guessed",
			"Every build step runs as the same user as before",
			"The start command is followed through inits, shells, scripts and package.json to what it runs",
			"The application's writes, as far as its sources, settings and known packages show them, stay allowed",
			"Deployments in Compose files, Kubernetes manifests, fly.toml and documentation work with the new user",
		},
		LeavesAlone: []string{
			"Starts that drop root themselves (gosu, su-exec, uwsgi with uid) or need it (cron, supervisord, sudo)",
			"Starts that change users, owners or root's files, or open raw sockets, and scripts that can't be read",
			"Applications, browsers, package managers, tools, models and git's settings in root's home",
			"Files that only root can use (chmod 700, install -m 600, mktemp, generated keys, downloads by ADD)",
			"Tools that write at every start into what RUN made, at places that are not known (strapi, ng, tsc)",
			"Images that other stages or Dockerfiles build on, that have ONBUILD, or into which no application is copied",
			"Users that are not known or that a COPY replaces, Windows images, comments that say that root is meant",
			"nginx in other images than Docker's official one, beside another program, or with nothing copied into it",
			"nginx configurations that can't be read, that a RUN edits, or where a server has no listen",
			"nginx masters that need root's pid file, logs, caches, sockets or TLS keys, or workers of another user",
		},
		NeedsUnsafe: []string{
			"What runs is not fully known: package.json can't be read, or a program's children are not followed",
			"Files stay root's that the application may write: logs, databases, copies without chown-copy, --own data",
			"Data, a log or a pid file lies where the Dockerfile creates no directory, or where only root may write",
			"A deployment, or a text like one, mounts a volume or directory that the application may write",
			"A deployment mounts what root alone can read (keys, logs, another image's volume), or a server's socket",
			"An archive that the image unpacks has entries for their owner alone, or can't be looked through",
			"A deployment grants devices, capabilities or privileged, limits a user's processes, or could not be read",
			"A deployment runs it as root without DAC_OVERRIDE, or as the user that a RUN gives directories to",
			"What a deployment, health check, probe, hook or docker exec runs needs root; docker cp; git another's files",
			"It listens below port 1024, and a deployment is on Kubernetes, Fly.io, Podman or the host's network",
			"nginx's configuration is mounted or made at start; a Tiltfile runs commands in the container",
			"A job of CI or a devcontainer runs its own commands in the image, and sets no user",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#user",
			"https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#non-root-user",
			"https://github.com/nginx/docker-nginx",
			"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
		},
	},
	RestsOn: []*fixer.Transform{ChownCopy},
	Flags:   []*fixer.Flag{users.Name, users.Number, users.Style, owner.Style},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Targets() {
			if err := nonroot(p, n); err != nil {
				return err
			}
		}
		users.WriteNumbers(p)
		return nil
	}),
}

const (
	runsAsRoot   = "container runs as root"
	mayRunAsRoot = "container may run as root"
)

func nonroot(p *imagebuild.Pass, n *stage.Node) error {
	// A stage that doesn't run as root, or must, costs no more than the base's
	// configuration.
	base, baseErr := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	user := run.Final.User
	if steps.Starts(run) && baseErr == nil && len(run.Final.Accounts.Created) > 0 {
		if fails := users.Failing(p, n); fails != nil {
			p.Leave(fails.Fails.Span, "does not build", fails.Why)
			return nil
		}
	}
	if !steps.Starts(run) {
		if baseErr != nil && n.IsLast() && (user.In == nil || user.Known && stage.IsRoot(user.Text)) {
			p.Leave(steps.UserSpan(p, run), mayRunAsRoot, unknownBase(n, baseErr))
		}
		return nil
	}
	if user.Known && user.In != nil && !stage.IsRoot(user.Text) {
		if in := rootcheck.RootsModules(p, run); in != "" {
			p.Leave(steps.UserSpan(p, run), "container runs as "+user.Text, in)
		}
		return nil
	}
	switch {
	case user.In != nil && !user.Known:
		p.Leave(user.In.Span, mayRunAsRoot, "its user depends on a variable without a default")
		return nil
	case baseErr != nil:
		p.Leave(steps.UserSpan(p, run), mayRunAsRoot, unknownBase(n, baseErr))
		return nil
	case base.Config == nil:
		p.Leave(steps.UserSpan(p, run), mayRunAsRoot, fmt.Sprintf("the user of the base image %s is not known", base.Image))
		return nil
	case !stage.IsRoot(user.Text):
		return nil
	case len(n.Children) > 0:
		p.Leave(steps.UserSpan(p, run), runsAsRoot, "other stages are built from this one, and may need root")
		return nil
	case len(p.Derived) > 0:
		p.Change(steps.UserSpan(p, run), fixer.Finding{Problem: runsAsRoot}, rootcheck.IsBase(p))
		return nil
	}
	start := rootcheck.Examine(p, run, nil)
	var id users.Identity
	var err error
	switch {
	case len(start.Keep) > 0:
	case start.Server != nil:
		run, id, err = nginx.Pick(p, n)
	default:
		run, id, err = users.Pick(p, n)
	}
	if start.Open {
		start = rootcheck.Examine(p, run, &id)
	}
	if len(start.Keep) > 0 {
		p.Leave(steps.UserSpan(p, run), runsAsRoot, start.Keep.String())
		return nil
	}
	if err != nil {
		p.Leave(steps.UserSpan(p, run), runsAsRoot, err.Error())
		return nil
	}
	edits, notes, err := switchUser(p, run, id, start)
	if err != nil {
		p.Leave(steps.UserSpan(p, run), runsAsRoot, err.Error())
		return nil
	}
	may := rootcheck.May(p, run, id, start)
	change := p.Change(steps.UserSpan(p, run), fixer.Finding{
		Problem: runsAsRoot, Change: "add USER " + users.Spec(p, id), Reason: users.Why(run, id), Caveats: notes,
		Evidence: users.Evidence(run, id),
	}, may, edits...)
	if start.Server != nil {
		return nil // which only reads what it serves
	}
	if tree := owner.CopiedTree(p, run, id, start.Written); len(tree.Copies) > 0 {
		change.Provided(imagebuild.AtEnd(tree.IsGiven))
	}
	return nil
}

func unknownBase(n *stage.Node, err error) string {
	return fmt.Sprintf("the base image %s is unknown: %v", n.Root().Stage.Ref.Text, err)
}

// switchUser makes the edits. The notes say what a reviewer should know.
func switchUser(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, start rootcheck.Start) (edits []document.Edit, notes []string, _ error) {
	f := p.File
	var failed error
	if users.ByNumber(p) {
		if _, ok := id.Numeric(); !ok {
			return nil, nil, fmt.Errorf("the number of its user %s is unknown", id.Spec)
		}
	}
	add := func(e document.Edit, err error) {
		failed = cmp.Or(failed, err)
		edits = append(edits, e)
	}
	if id.Create != "" {
		head, _ := steps.AfterFrom(run) // create has found it
		add(f.InsertAfter(head.In, f.Keyword("RUN")+" "+id.Create))
	}
	if start.MoveCorepack != nil {
		add(f.InsertBefore(start.MoveCorepack, f.Keyword("ENV")+" COREPACK_HOME="+corepack.Home))
		notes = append(notes, "corepack keeps its package managers in "+corepack.Home)
	}
	volumes, err := owner.Volumes(p, run, id)
	if err != nil {
		return nil, nil, err
	}
	if volumes != nil {
		add(f.InsertBefore(volumes.Before, volumes.Lines...))
	}
	own := owner.Lines{}
	if start.Server != nil {
		own.Lines = start.Server.Prepare(p, run, id)
	} else if own, err = owner.Directories(p, run, id, start.Gives); err != nil {
		return nil, nil, err
	}
	notes = append(notes, own.Notes...)
	if own.Before != nil {
		add(f.InsertBefore(own.Before, own.Lines...))
		own.Lines = nil
	}
	lines := own.Lines
	if _, set := run.Final.EnvVar("HOME"); start.PackageManager && id.Home == "" && !set {
		lines = append(lines, f.Keyword("ENV")+" HOME=/tmp")
	}
	place := users.PlaceUser(run)
	spec := users.Spec(p, id)
	switch variable := users.UserVariable(run); {
	case variable != "":
		add(users.ChangeDefault(f, run, variable, spec))
		if len(lines) > 0 {
			add(f.InsertBefore(run.Final.User.In, lines...))
		}
	case place.Replace != nil && len(lines) > 0 && !stage.IsRoot(steps.StateAt(run, place.Replace).User.Text):
		// The file returns to root here: what needs root comes after it.
		add(f.InsertAfter(place.Replace, append(lines, f.Keyword("USER")+" "+spec)...))
	case place.Replace != nil:
		add(place.Replace.Replace(place.Replace.Args[0], spec))
		if len(lines) > 0 {
			add(f.InsertBefore(place.Replace, lines...))
		}
	case place.Before != nil:
		add(f.InsertBefore(place.Before, append(lines, f.Keyword("USER")+" "+spec)...))
	default:
		add(f.InsertAfter(place.After, append(lines, f.Keyword("USER")+" "+spec)...))
	}
	return edits, notes, failed
}
