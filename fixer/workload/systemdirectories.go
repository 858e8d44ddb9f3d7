package workload

import (
	"path"
	"strings"
)

// This file knows the functions of libraries that give a directory of the system.

// siteDirectories are those of platformdirs and appdirs, as functions and as properties, on
// Linux (platformdirs.readthedocs.io, "API"). What follows is the application's name.
var siteDirectories = map[string]string{
	"site_data_dir": "/usr/local/share/", "site_config_dir": "/etc/xdg/", "site_cache_dir": "/var/cache/", "site_state_dir": "/var/lib/", "site_log_dir": "/var/log/",
	"site_data_path": "/usr/local/share/", "site_config_path": "/etc/xdg/", "site_cache_path": "/var/cache/", "site_state_path": "/var/lib/", "site_log_path": "/var/log/",
}

// specialFolders are the folders of .NET that are the system's on Linux (learn.microsoft.com,
// "Environment.SpecialFolder"; dotnet/runtime, Environment.GetFolderPathCore.Unix.cs).
var specialFolders = []struct{ name, dir string }{{"CommonApplicationData", "/usr/share"}, {"CommonTemplates", "/usr/share/templates"}}

// systemDirectory evaluates a call, or a property, that gives such a directory.
func (u *unit) systemDirectory(last string, args []argument) (value, bool) {
	switch {
	case u.lang == Python && siteDirectories[last] != "":
		v := value{known: true, path: siteDirectories[last], partial: true}
		if len(args) > 0 && u.kind(args[0].a) == textToken && args[0].b == args[0].a+1 {
			if name, whole := u.literal(args[0].a); whole && name != "" {
				v.path, v.partial = path.Join(v.path, name), false
			}
		}
		return v, true
	case u.lang == CSharp && last == "GetFolderPath" && len(args) > 0:
		for _, folder := range specialFolders {
			if u.hasWord(args[0].a, args[0].b, folder.name) {
				return value{known: true, path: folder.dir}, true
			}
		}
	}
	return value{}, false
}

// instancePath reports the directory of Flask for an application's data, where token i is the
// property that names it and no argument sets it: "instance" beside the package, or, of an
// installed package, below the prefix of the interpreter (flask.palletsprojects.com, "Instance
// Folders").
func (u *unit) instancePath(i int) {
	if u.lang != Python || !u.is(i, "instance_path") || !u.is(i-1, ".") || u.files == nil || strings.Contains(u.src, "instance_path=") {
		return
	}
	parent, name := u.files.parentOfPackage(u.name), strings.TrimSuffix(path.Base(u.name), ".py")
	if below := relativeTo(parent, u.sourceDir()); below != "." && below != "" {
		name, _, _ = strings.Cut(below, "/")
	}
	u.out.relative(RelativeWrite{Path: path.Join(parent, "instance"), Kind: Default, Tree: true, OfSource: true, InPrefix: "var/" + name + "-instance", Evidence: u.evidence(i)})
}
