package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// configFlags select the configuration.
type configFlags struct {
	Config   string `xor:"config" placeholder:"FILE" predictor:"path" help:"Take the configuration from this file, and trust it. Default: .dockmend.yaml in the current directory or above it, up to the root of the repository."`
	NoConfig bool   `name:"no-config" xor:"config" help:"Take no configuration."`
}

// BeforeResolve reads the configuration that the command line names, or the one
// that is found, and takes from it the flags that the command line leaves out.
func (c *cli) BeforeResolve(ctx *kong.Context, inv *invocation) (err error) {
	// The --check of seccomp names a file: it is not the key of that name.
	if selected := ctx.Selected(); selected != nil && (selected.Hidden || selected.Name == "completion" || selected.Name == "seccomp") {
		return nil
	}
	inv.keys = configKeys(ctx.Model)
	var named string
	for _, f := range ctx.Model.Flags {
		switch {
		case f.Name == "config":
			named, _ = ctx.FlagValue(f).(string)
		case f.Name == "no-config" && ctx.FlagValue(f) == true:
			return nil
		}
	}
	if inv.config, err = loadConfig(named, inv.keys); err != nil {
		return err
	}
	ctx.AddResolver(inv.config.Resolver())
	return nil
}

// loadConfig reads the file of that name, or searches for one. It returns nil if
// there is none.
func loadConfig(named string, keys []config.Key) (*config.File, error) {
	if named == "" {
		return findConfig(keys)
	}
	dir := filepath.Dir(named)
	f, err := config.Load(os.DirFS(dir), filepath.Base(named), named, dir, keys, true)
	var e *config.Error
	if err != nil && !errors.As(err, &e) {
		return nil, fmt.Errorf("--config %s: %w", named, cause(err))
	}
	return f, err
}

// otherName is a common other name of the file. The user should know that it is not
// read.
const otherName = ".dockmend.yml"

// findConfig searches for a file in the current directory and above it, up to the root
// of the repository; outside of a repository, only in the current directory. It is
// opened so that no link in an untrusted repository leads out of it.
func findConfig(keys []config.Key) (*config.File, error) {
	cwd, err := workspace.RealPath(".")
	if err != nil {
		return nil, err
	}
	top := workspace.RepositoryRoot(cwd)
	if top == "" {
		top = cwd
	}
	for dir, up := cwd, "."; ; dir, up = filepath.Dir(dir), filepath.Join(up, "..") {
		if _, err := os.Lstat(filepath.Join(dir, config.Name)); err == nil {
			return openConfig(dir, up, keys)
		}
		if _, err := os.Lstat(filepath.Join(dir, otherName)); err == nil {
			return nil, &config.Error{
				File: filepath.ToSlash(filepath.Join(up, otherName)), Msg: "is not read: a configuration is called " + config.Name,
				Hint: "rename it, or name it with --config",
			}
		}
		if dir == top {
			return nil, nil
		}
	}
}

func openConfig(dir, shown string, keys []config.Key) (*config.File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	name := filepath.ToSlash(filepath.Join(shown, config.Name))
	f, err := config.Load(root.FS(), config.Name, name, shown, keys, false)
	var e *config.Error
	switch {
	case err == nil || errors.As(err, &e):
		return f, err
	case errors.Is(err, fs.ErrNotExist):
		return nil, &config.Error{File: name, Msg: "a link that leads nowhere"}
	}
	return nil, &config.Error{File: name, Msg: cause(err).Error(), Hint: "no link leads out of the directory; --config names any file"}
}

// cause returns the system's message in an error that also names a file.
func cause(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err
	}
	return err
}
