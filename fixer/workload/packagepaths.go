package workload

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds writes into packages: by the paths that packages export, and by their own
// scripts.

// exportedPath matches the names under which packages export a path in themselves, as
// @ffmpeg-installer/ffmpeg, chromedriver and ffprobe-static do.
var exportedPath = lazyregexp.New(`^(?:path|binPath|binaryPath|[a-z]+Path)$`)

// notPackages are modules that export no path: those of Node.js, and readers of settings.
var notPackages = lazyregexp.New(`^(?:node:|\.|/|~|#|@/|(?:assert|buffer|child_process|cluster|config|crypto|env-paths|events|fs|http|https|nconf|net|os|path|process|rc|stream|tls|url|util|worker_threads|zlib)(?:/|$))`)

// ofPackage returns the value of what a package exports, if a path can be meant: all of it,
// or a name for a path. It lies in the package, who knows how deep.
func ofPackage(module, name string) value {
	if notPackages.MatchString(module) || module == "" || PackageName(module) != module || name != "" && !exportedPath.MatchString(name) {
		return value{}
	}
	return value{known: true, path: "node_modules/" + module + "/", partial: true}
}

// isOfPackage reports whether a value is one of ofPackage.
func (v value) isOfPackage() bool {
	return v.known && v.partial && v.from == workingDir && strings.HasPrefix(v.path, "node_modules/")
}

// ownScript matches the scripts by which a package installs itself, or brings its data up to
// date: it writes into itself then, as scripts/updatedb.js of geoip-lite does.
var ownScript = lazyregexp.New(`^(?:.*/)?(?:scripts?/[^/]+|(?:post|pre)?install[^/]*|update[^/]*|download[^/]*|fetch[^/]*)(?:\.[cm]?js)?$`)

// packageWrites returns the packages whose own scripts the start or the sources run by node.
func (w *Workload) packageWrites() (list []Write) {
	add := func(place Place) func(*Command) bool {
		return func(c *Command) bool {
			if dir := c.ownPackage(); dir != "" {
				list = append(list, Write{Path: dir, Tree: true, Sure: true, By: place.File, Place: place})
			}
			return true
		}
	}
	if start := w.Start(); start != nil {
		start.All(add(w.startPlace()))
	}
	for _, child := range w.ChildProcesses() {
		w.Child(child).All(add(child.Place))
	}
	return list
}

// ownPackage returns the directory of the package whose own script a command runs, "" for
// none.
func (c *Command) ownPackage() string {
	if root, name := inPackage(c.Dir + "/x"); c.Manager != nil && c.Manager.Script != "" && name != "" {
		return root + name // npm run updatedb
	}
	words := c.Args
	if !IsNode(c.Name) {
		words = words[:0:0]
		words = append(words, c.Program)
	}
	for _, word := range words {
		if strings.HasPrefix(word.Text, "-") {
			continue
		}
		file, ok := word.In(c.Dir)
		root, name := inPackage(file)
		if rest := strings.TrimPrefix(file, root+name+"/"); ok && name != "" && ownScript.MatchString(rest) {
			return root + name
		}
		return ""
	}
	return ""
}

// inPackage splits the absolute path of a file in a package into the directory of packages,
// with a slash, and the name of the package; "" for any other file.
func inPackage(file string) (root, name string) {
	const folder = "/node_modules/"
	at := strings.LastIndex(file, folder)
	if !path.IsAbs(file) || at < 0 {
		return "", ""
	}
	root = file[:at+len(folder)]
	name = PackageName(file[len(root):])
	if !strings.HasPrefix(file, root+name+"/") || strings.HasPrefix(name, ".") {
		return "", ""
	}
	return root, name
}
