package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/npm"
)

// The bounds of the search for npm settings: beyond maxPackageDirs the question is
// open. Deeper directories do not hold packages that npm would install.
const (
	maxPackageDirs  = 2000
	packageDirDepth = 3 // directories below the root of the context
)

// omitSetting matches an npm setting that decides which packages are installed.
var omitSetting = lazyregexp.New(`(?m)^\s*(omit|include|also|only|dev|production|optional)\b`)

// InstallSettings is something in a context, besides the options of a command, that
// decides which packages npm installs. At most one of its fields but Name is set: the
// first that was found, or what could not be read before it.
type InstallSettings struct {
	Setting Evidence // of an .npmrc: omit, include, only, production, …
	// Script is in a package.json: a script that npm runs when the package is
	// installed, and that calls npm itself; Name is its name. npm passes --omit=dev
	// down to it, and --production only as NODE_ENV, which it may set to something
	// else.
	Script Evidence
	Name   string
	Gap    Gap
}

func (s InstallSettings) none() bool { return s == InstallSettings{} }

// InstallSettings returns the first such setting or script in the packages of the
// context.
func (f *Files) InstallSettings() InstallSettings { return f.settings() }

func (f *Files) findInstallSettings() InstallSettings {
	left := maxPackageDirs
	return f.settingsIn(".", packageDirDepth, &left)
}

// settingsIn searches a directory and depth levels below it; left counts the
// directories that may still be searched.
func (f *Files) settingsIn(dir string, depth int, left *int) InstallSettings {
	if *left--; *left < 0 {
		return InstallSettings{Gap: Gap{Place{File: dir}, "the build context is too large to look for .npmrc files"}}
	}
	for _, look := range []func(string) InstallSettings{f.npmrc, f.installScript} {
		if s := look(dir); !s.none() {
			return s
		}
	}
	entries, err := f.ReadDir(dir)
	if err != nil {
		return InstallSettings{Gap: Gap{Place{File: dir}, fmt.Sprintf("%s can't be read: %v", dir, err)}}
	}
	for _, e := range entries {
		if depth > 0 && e.IsDir() && e.Name() != "node_modules" && e.Name() != ".git" {
			if s := f.settingsIn(path.Join(dir, e.Name()), depth-1, left); !s.none() {
				return s
			}
		}
	}
	return InstallSettings{}
}

// npmrc searches the .npmrc of a directory.
func (f *Files) npmrc(dir string) InstallSettings {
	name := path.Join(dir, ".npmrc")
	text, err := f.ReadFile(name, MaxText)
	if errors.Is(err, fs.ErrNotExist) {
		return InstallSettings{}
	}
	if err != nil {
		return InstallSettings{Gap: Gap{Place{File: name}, fmt.Sprintf("%s can't be read: %v", name, err)}}
	}
	if m := omitSetting.FindStringSubmatchIndex(text); m != nil {
		return InstallSettings{Setting: firstIn(name, text, m[2]).Evidence}
	}
	return InstallSettings{}
}

// installScript searches the package.json of a directory.
func (f *Files) installScript(dir string) InstallSettings {
	name := path.Join(dir, "package.json")
	text, err := f.ReadFile(name, MaxText)
	if errors.Is(err, fs.ErrNotExist) {
		return InstallSettings{}
	}
	var m *npm.Manifest
	if err == nil {
		if m, err = f.Manifest(name); err != nil {
			err = errors.Unwrap(err) // the error has the name of package.json already
		}
	}
	if err != nil {
		return InstallSettings{Gap: Gap{Place{File: name}, fmt.Sprintf("%s can't be read: %v", name, err)}}
	}
	for _, script := range m.InstallScripts() {
		if strings.Contains(m.Scripts[script], "npm") {
			return InstallSettings{Script: firstIn(name, text, max(0, keyOffset(text, script))).Evidence, Name: script}
		}
	}
	return InstallSettings{}
}
