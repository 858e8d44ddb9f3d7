package transforms

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/workload"
)

// NonrootUser makes the container run as a user who is not root.
var NonrootUser = &fixer.Transform{
	ID:     "nonroot-user",
	Title:  "run the container as a user who is not root",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Adds USER behind the last instruction that needs root, in every stage that becomes an image and starts a program.
The user is, in this order: the base image's own; one that the file creates and never uses; node, where the base
has it; nonroot on distroless; 65532:65532 where there is no user database; a new one with the first free id from 1000 on.
The working directory, declared volumes and what RUN mkdir made are given to that user, one directory each, never
recursively. Docker's official nginx image runs as its own user nginx, who gets the cache directory, the pid file and
what the image's entrypoint writes; what nginx serves stays root's.`,
		Why: `A process that runs as root in a container is root on every file and socket that is mounted into it, and one
kernel bug away from being root on the host. Kubernetes' restricted policy refuses to start it.`,
		Safety: `The users come from the base image, not from a guess: a name is used only where it exists. Nothing runs as another
user during the build than before. Left alone, with the reason: what drops root itself (gosu, su-exec), needs root to
start (cron, supervisord …) or starts through a script that can't be read; an application, a browser or a package
manager in root's home; files that only root can use; tools that write into a tree that stays root's; images that other
stages or Dockerfiles are built from; ONBUILD and Windows; a base whose users can't be known; a comment that says that root is meant.
Nginx is left alone in other images than its own; where its configuration can't be read, or a RUN edits it; where its
master needs what is root's (a pid file, logs, caches or sockets elsewhere, TLS keys, workers of another user); where a
server has no listen, which means port 80 as root and 8000 otherwise; where something else starts beside it.
Unsafe where something speaks for it that can't be seen: what npm start runs, when package.json can't be read; files that
stay root's, be it a log or a database that a RUN makes, or what COPY brings where chown-copy does not run and the
application may write files; a data directory that nothing makes, or that a compose file mounts; a command of a compose file
or manifest, or a health check, that needs root; a configuration of nginx that is made at start or mounted. Nginx on a port below 1024 is unsafe too: where the runtime keeps those for
root, it does not start.`,
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#user",
			"https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#non-root-user",
			"https://github.com/nginx/docker-nginx",
			"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
		},
	},
	RestsOn: []*fixer.Transform{ChownCopy},
	Run: func(p *fixer.Pass) error {
		for _, n := range p.Graph.Targets() {
			if err := nonroot(p, n); err != nil {
				return err
			}
		}
		return nil
	},
}

const leftRoot = "runs as root, left so: "

func nonroot(p *fixer.Pass, n *chain.Node) error {
	// A stage that doesn't run as root, or must, costs no more than the base's
	// configuration.
	base, baseErr := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	user := run.Final.User
	if starts(run) && baseErr == nil && len(run.Final.Accounts.Created) > 0 {
		if fails := failing(p, n); fails != nil {
			p.Report(fails.Fails.Span, "does not build, left so: "+fails.Why)
			return nil
		}
	}
	if !starts(run) {
		return nil
	}
	if user.Known && user.In != nil && !isRoot(user.Text) {
		if in := rootsModules(p, run); in != "" {
			p.Report(at(p, run), fmt.Sprintf("runs as %s, %s", user.Text, in))
		}
		return nil
	}
	switch {
	case user.In != nil && !user.Known:
		p.Report(user.In.Span, "may run as root, left so: its user depends on a variable without a default")
		return nil
	case baseErr != nil:
		p.Report(at(p, run), fmt.Sprintf("may run as root, left so: nothing is known of the base image %s: %v", n.Root().Stage.Ref.Text, baseErr))
		return nil
	case base.Config == nil:
		p.Report(at(p, run), fmt.Sprintf("may run as root, left so: the user of the base image %s is not known", base.Image))
		return nil
	case !isRoot(user.Text):
		return nil
	case len(n.Children) > 0:
		p.Report(at(p, run), leftRoot+"other stages are built from this one, and may need root")
		return nil
	case len(p.Derived) > 0:
		p.Report(at(p, run), fmt.Sprintf("%s%s is built from its image, and may need root", leftRoot, p.Derived[0]))
		return nil
	}
	start := examine(p, run, nil)
	var id identity
	var err error
	switch {
	case start.keep != "":
	case start.server != nil:
		run, id, err = pickNginx(p, n)
	default:
		run, id, err = pick(p, n)
	}
	if start.open {
		start = examine(p, run, &id)
	}
	if start.keep != "" {
		p.Report(at(p, run), leftRoot+start.keep)
		return nil
	}
	if err != nil {
		p.Report(at(p, run), leftRoot+err.Error())
		return nil
	}
	edits, notes, err := switchUser(p, run, id, start)
	if err != nil {
		p.Report(at(p, run), leftRoot+err.Error())
		return nil
	}
	safety, doubts := doubts(p, run, id, start)
	change := p.ReportAs(safety, at(p, run), message(p, run, id, append(notes, doubts...)), edits...)
	if tree := copiedTree(p, run, id, start); len(tree.copies) > 0 {
		change.Provided(leftRoot, tree.isGiven)
	}
	return nil
}

// doubts says how sure the change is, and what a reviewer should look at.
func doubts(p *fixer.Pass, run *chain.Run, id identity, start startup) (safety fixer.Safety, notes []string) {
	safety = p.Transform().Safety
	ports := lowPorts(p, run)
	switch {
	case start.server != nil:
		if ports = start.server.portNote(); ports != "" {
			safety = fixer.Unsafe // without its port, nginx does not start at all
		}
		if start.doubt == "" {
			start.doubt = nginxDeployed(p, run, id, start.server)
		}
	case start.doubt == "":
		start.doubt = stillRoots(p, run, id)
	}
	if start.doubt != "" {
		safety = fixer.Unsafe
		notes = append(notes, start.doubt)
	}
	if ports != "" {
		notes = append(notes, ports)
		if inKubernetes(p) {
			safety = fixer.Unsafe // where the runtime may keep those for root
		}
	}
	return safety, notes
}

// inKubernetes reports whether a manifest of the repository runs the image.
func inKubernetes(p *fixer.Pass) bool {
	return slices.ContainsFunc(p.Deployments, func(d workload.Deployment) bool { return strings.HasPrefix(d.Name, "container ") })
}

// stillRoots tells of something that stays root's and that the application may
// need, "" when there is none. What looks through the sources comes last.
func stillRoots(p *fixer.Pass, run *chain.Run, id identity) string {
	for _, look := range []func() string{
		func() string { return unseen(p, run) },
		func() string { return unowned(p, run, id) },
		func() string { return madeReadOnly(run, id) },
		func() string { return madeFile(p, run, id) },
		func() string { return changedModules(p, run, id) },
		func() string { return foreignHome(run, id) },
		func() string { return mountDoubt(p, run, id) },
		func() string { return volumeDoubt(p, run, id) },
		func() string { return deployedDoubt(p, run, id, nil) },
		func() string { return healthDoubt(p, run, id) },
		func() string { return namedSystemFile(p, run) },
		func() string { return dataDoubt(p, run, id) },
		func() string { return childDoubt(p, run, id) },
		func() string { return inRootDirectory(p, run) },
	} {
		if doubt := look(); doubt != "" {
			return doubt
		}
	}
	return ""
}

// failing tells of a RUN that makes a user or a group that the base image has
// already, nil when there is none.
func failing(p *fixer.Pass, n *chain.Node) *chain.Accounts {
	base, err := p.Base(n, baseimage.AskDistro|baseimage.AskUsers)
	if a := n.Eval(base).Final.Accounts; err == nil && a.Fails != nil {
		return &a
	}
	return nil
}

// pick chooses the user, and asks of the base image what that takes: first what
// its history may tell, then what only its files do.
func pick(p *fixer.Pass, n *chain.Node) (*chain.Run, identity, error) {
	ask := func(what baseimage.Ask) (run *chain.Run, err error) {
		base, err := p.Base(n, what)
		return n.Eval(base), err
	}
	run, err := ask(baseimage.AskDistro | baseimage.AskUsers | baseimage.AskSh | baseimage.AskChown)
	if err != nil {
		return run, identity{}, err
	}
	if own := run.Final.Base.Config.User; !isRoot(own) {
		if _, ok := lookup(run.Final, own); !ok {
			run, err = ask(baseimage.AskAccounts)
		}
	}
	if err != nil {
		return run, identity{}, err
	}
	choose := choose
	if p.Options.User != "" {
		choose = func(run *chain.Run) (identity, error) { return named(run, p.Options.User) }
		if run, err = ask(baseimage.AskAccounts); err != nil {
			return run, identity{}, err
		}
	}
	id, err := choose(run)
	if err == nil && hasForeignGroup(run, id) {
		if run, err = ask(baseimage.AskAccounts); err == nil {
			id, err = choose(run)
		}
	}
	if !errors.Is(err, errNewUser) {
		if err == nil && p.Options.UID != 0 && p.Options.User != "" && id.uid != p.Options.UID {
			err = fmt.Errorf("the user %s has another number than %d (--uid)", id.spec, p.Options.UID)
		}
		return run, id, err
	}
	if run, err = ask(baseimage.AskAccounts | adder(run.Final.Base.Distro.FamilyOf())); err == nil {
		id, err = create(run, cmp.Or(p.Options.User, "appuser"), p.Options.UID)
	}
	return run, id, err
}

// starts reports whether the stage starts a program: the last one may inherit
// it from its base image, of another it is only known when the file says so.
func starts(run *chain.Run) bool {
	for _, c := range []*chain.Command{run.Final.Entrypoint, run.Final.Cmd} {
		if c != nil && (c.In != nil || run.Node.IsLast()) {
			return true
		}
	}
	return false
}

// switchUser makes the edits. The notes say what a reviewer should know.
func switchUser(p *fixer.Pass, run *chain.Run, id identity, start startup) (edits []dockerfile.Edit, notes []string, _ error) {
	f := p.File
	var failed error
	if p.Options.NumericUser {
		if _, ok := id.numeric(); !ok {
			return nil, nil, fmt.Errorf("its user %s has no number that is known", id.spec)
		}
	}
	add := func(e dockerfile.Edit, err error) {
		failed = cmp.Or(failed, err)
		edits = append(edits, e)
	}
	if id.create != "" {
		head, _ := behindHead(run) // create has found it
		add(f.InsertAfter(head.in, f.Keyword("RUN")+" "+id.create))
	}
	volumes, err := volumeLines(p, run, id)
	if err != nil {
		return nil, nil, err
	}
	if volumes != nil {
		add(f.InsertBefore(volumes.before, volumes.lines...))
	}
	own, err := ownDirs(p, run, id, start.server)
	if err != nil {
		return nil, nil, err
	}
	notes = append(notes, own.note...)
	if own.before != nil {
		add(f.InsertBefore(own.before, own.lines...))
		own.lines = nil
	}
	lines := own.lines
	if _, set := run.Final.EnvVar("HOME"); start.packageManager && id.home == "" && !set {
		lines = append(lines, f.Keyword("ENV")+" HOME=/tmp")
	}
	place := placeUser(run)
	spec := userSpec(p, id)
	switch variable := userVariable(run); {
	case variable != "":
		add(changeDefault(f, run, variable, spec))
		if len(lines) > 0 {
			add(f.InsertBefore(run.Final.User.In, lines...))
		}
	case place.replace != nil && len(lines) > 0 && !isRoot(stateAt(run, place.replace).User.Text):
		// The file goes back to root here: what needs root comes behind it.
		add(f.InsertAfter(place.replace, append(lines, f.Keyword("USER")+" "+spec)...))
	case place.replace != nil:
		add(place.replace.Replace(place.replace.Args[0], spec))
		if len(lines) > 0 {
			add(f.InsertBefore(place.replace, lines...))
		}
	case place.before != nil:
		add(f.InsertBefore(place.before, append(lines, f.Keyword("USER")+" "+spec)...))
	default:
		add(f.InsertAfter(place.after, append(lines, f.Keyword("USER")+" "+spec)...))
	}
	return edits, notes, failed
}
