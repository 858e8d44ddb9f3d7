package transforms

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/npm"
)

// project is the package that lies in a directory of the image.
type project struct {
	manifest *npm.Manifest
	lock     *npm.Lock
	npmrc    string // .npmrc of the directory, "" when there is none
	yarnrc   string // .yarnrc of the directory, "" when there is none
	berry    bool   // it has settings of Yarn 2 or later
	pnp      bool   // Yarn keeps its packages elsewhere than in node_modules
	gyp      bool   // npm builds it itself at each install, by its binding.gyp
	pnpm     string // pnpm-workspace.yaml, "" when there is none
	lockErr  error  // why there is no lock
}

var errNoLock = errors.New("there is no")

// maxLock is the largest lock file that is read, in bytes.
const maxLock = 16 << 20

// lockNames are the lock files of each package manager, the one that goes before
// the other first.
var lockNames = map[string][]string{
	"npm": {"npm-shrinkwrap.json", "package-lock.json"}, "yarn": {"yarn.lock"}, "pnpm": {"pnpm-lock.yaml"},
}

// readProject reads the package in the working directory in front of the step
// with that index, and the lock file that the package manager would use. The
// error says why its package.json is not known.
func readProject(p *fixer.Pass, run *chain.Run, i int, tool string) (*project, error) {
	before := run.Steps[i].Before
	if p.Context == nil {
		return nil, errNoContext
	}
	if !before.Workdir.Known {
		return nil, errors.New("the working directory can't be told")
	}
	upTo := &chain.Run{Node: run.Node, Steps: run.Steps[:i], Final: before}
	read := func(name string, limit int) ([]byte, error) {
		origin := upTo.Origin(path.Join(before.Workdir.Text, name), p.Context)
		if origin.Name == "" {
			return nil, fs.ErrNotExist
		}
		return readLimited(p.Context, origin.Name, limit)
	}
	text, err := read("package.json", maxScript)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("package.json is not copied from the build context")
	}
	if err != nil {
		return nil, fmt.Errorf("package.json can't be read: %w", err)
	}
	out := &project{lockErr: fmt.Errorf("%w %s beside package.json in the image", errNoLock, lockNames[tool][len(lockNames[tool])-1])}
	if out.manifest, err = npm.ParseManifest(text); err != nil {
		return nil, err
	}
	if rc, err := read(".npmrc", maxScript); err == nil {
		out.npmrc = string(rc)
	}
	if rc, err := read(".yarnrc", maxScript); err == nil {
		out.yarnrc = string(rc)
	}
	if rc, err := read(".yarnrc.yml", maxScript); err == nil {
		out.berry, out.pnp = true, !strings.Contains(string(rc), "node-modules")
	}
	if _, err := read("binding.gyp", maxScript); err == nil {
		out.gyp = true
	}
	if settings, err := read("pnpm-workspace.yaml", maxScript); err == nil {
		out.pnpm = string(settings)
	}
	for _, name := range lockNames[tool] {
		text, err := read(name, maxLock)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			out.lock, err = memoLock(p, tool, text, out.manifest)
		}
		out.lockErr = err
		break
	}
	return out, nil
}

// memoLock reads a lock file once for a Dockerfile: it may be large, and several
// questions are asked of it.
func memoLock(p *fixer.Pass, tool string, text []byte, m *npm.Manifest) (*npm.Lock, error) {
	type answer struct {
		lock *npm.Lock
		err  error
	}
	a := p.Memo(fmt.Sprintf("%s lock %x", tool, sha256.Sum256(text)), func() any {
		lock, err := parseLock(tool, text, m)
		return answer{lock, err}
	}).(answer)
	return a.lock, a.err
}

func parseLock(tool string, text []byte, m *npm.Manifest) (*npm.Lock, error) {
	switch tool {
	case "npm":
		return npm.ParseLock(text)
	case "yarn":
		return npm.ParseYarnLock(text, m)
	}
	return nil, nil // that of pnpm is there, and not looked into
}

// readLimited reads a regular file of at most limit bytes.
func readLimited(context fs.FS, name string, limit int) ([]byte, error) {
	// A pipe in a stranger's repository would never end.
	if info, err := fs.Stat(context, name); err != nil {
		return nil, cause(err)
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	f, err := context.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(text) > limit {
		err = errors.New("it is too large")
	}
	return text, err
}

// setting is the value of a setting of npm in the project's .npmrc or in the
// environment, "" when it's set in neither.
func (pr *project) setting(s chain.State, name string) string {
	for _, e := range slices.Backward(s.Env) {
		k, v, _ := strings.Cut(e, "=")
		if strings.ReplaceAll(strings.ToLower(k), "_", "-") == "npm-config-"+name {
			return v
		}
	}
	for line := range strings.Lines(pr.npmrc) {
		k, v, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && strings.TrimSpace(k) == name {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}
