package owner

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file checks whether the owner of copied files matters to the rest of the build,
// which continues as root.

// laterRuns tells why it may, "" when it can't. The copy is the i-th
// of the steps that are the image's alone.
func laterRuns(p *imagebuild.Pass, run *stage.Evaluation, i int, c stage.Copy) string {
	repository := bringsRepository(p, c)
	for _, s := range run.Downstream(run.Exclusive()[i]) {
		if s.In.Name() != "RUN" || !stage.IsRoot(s.Before.User.Text) || steps.IsInert(s) {
			continue
		}
		if repository && mayCallGit(p, s) && hasGit(p, run) {
			return fmt.Sprintf("it may bring a .git directory, and git, which line %d may call, would refuse to work in a repository of another owner", s.In.Line)
		}
		if npm := installs.SwitchesOwner(p, run); npm != "" && (hasWorkspaces(p, run) || !staysRoot(run, s, c)) {
			return fmt.Sprintf("%s run scripts as the owner of the directory, and line %d may run npm in one that is copied", npm, s.In.Line)
		}
	}
	return ""
}

// hasWorkspaces reports whether npm would run scripts in copied folders.
func hasWorkspaces(p *imagebuild.Pass, run *stage.Evaluation) bool {
	m, err := p.Workload(run).Package(run.Final.Workdir.Text)
	return err == nil && len(m.Workspaces) > 0
}

// staysRoot reports whether npm, if the RUN calls it at all, runs in a directory
// that WORKDIR made, which is still root's.
func staysRoot(run *stage.Evaluation, s stage.Step, c stage.Copy) bool {
	script, err := s.Script()
	if err != nil || script == nil {
		return false
	}
	npm, elsewhere := false, false
	for _, call := range script.Calls {
		switch call.Name {
		case "npm", "npx":
			npm = true
			elsewhere = elsewhere || call.Has("--prefix", "-C", "-w", "--workspace", "--workspaces", "-ws")
		case "cd", "pushd":
			elsewhere = true
		case "sh", "bash", "make", "":
			npm, elsewhere = true, true // unknown
		}
	}
	dir := s.Before.Workdir.Text
	return !npm || !elsewhere && !steps.MadeByCopy(run, dir) && workload.Within(c.Dest, dir)
}

// jsTools are the programs whose use of git is visible in the sources that are read.
var jsTools = strings.Fields("npm npx yarn pnpm pnpx bun bunx node tsc vite next nuxt ng nest webpack rollup esbuild parcel prisma rimraf gulp grunt cross-env turbo nx corepack")

// gitless are programs that never read a repository.
var gitless = strings.Fields(`cd cat ls cp mv sed awk gawk grep egrep head tail cut tr sort uniq wc find xargs tee tar gzip gunzip bzip2 xz unzip zip curl wget
	date sleep env printenv export unset id whoami uname hostname basename dirname realpath readlink stat file du df diff cmp md5sum sha256sum sha1sum
	base64 openssl ssh-keygen gpg update-ca-certificates dpkg dpkg-reconfigure locale-gen ldconfig bower
	node-prune mkfifo exec exit printf [ [[ : false umask ulimit which command type corepack nginx setcap strip upx`)

func mayCallGit(p *imagebuild.Pass, s stage.Step) bool {
	script, err := s.Script()
	if err != nil || script == nil || len(s.In.Node.Heredocs) > 0 {
		return true
	}
	for _, c := range script.Calls {
		if !steps.Inert[c.Name] && !slices.Contains(jsTools, c.Name) && !slices.Contains(gitless, c.Name) {
			return true
		}
	}
	return !p.Files().GitCall().None()
}

// bringsRepository reports whether the copy may contain the .git directory of the
// build context.
func bringsRepository(p *imagebuild.Pass, c stage.Copy) bool {
	whole := slices.ContainsFunc(c.Sources, func(src string) bool {
		src = strings.Trim(src, "./")
		return src == "" || src == "git" || src == "*"
	})
	if c.From != "" || !whole {
		return false
	}
	if p.Context == nil {
		return true
	}
	_, err := p.Files().Stat(".git")
	return !errors.Is(err, fs.ErrNotExist)
}

// hasGit reports whether git may be in the image. That it is not in the base
// is dear to know, so it comes last.
func hasGit(p *imagebuild.Pass, run *stage.Evaluation) bool {
	installed := slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		return s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "git")
	})
	if installed {
		return true
	}
	base, err := p.Base(run.Node, baseimage.AskGit)
	if err != nil {
		return true
	}
	has, known := base.Programs.Has("git")
	return has || !known
}
