package history

import (
	"context"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// packageManagers are the families of images, keyed by the package manager that ran in
// them.
var packageManagers = map[string]baseimage.Family{
	"apk":     baseimage.Alpine,
	"apt-get": baseimage.Debian, "apt": baseimage.Debian, "dpkg": baseimage.Debian,
	"dnf": baseimage.RHEL, "microdnf": baseimage.RHEL, "yum": baseimage.RHEL, "rpm": baseimage.RHEL,
}

// readDistro returns the distribution: from the archive that the image starts with,
// from a publisher's labels, or, as a family alone, from the package manager that the
// history ran. It returns nil if none of them shows it. released: the release is
// beyond doubt too. followed reports whether the history has all that was done.
func readDistro(c *v1.ConfigFile, entries []entry, scripts map[int]script, followed bool) (d *baseimage.Distro, released bool) {
	if c.OS == "windows" {
		return &baseimage.Distro{ID: "windows", Version: c.OSVersion, Family: baseimage.Windows, Source: baseimage.FromConfig}, true
	}
	changed := changesRelease(entries, scripts)
	if d := archiveOf(entries); d != nil {
		if changed || !followed {
			d = &baseimage.Distro{Family: d.Family, Source: d.Source}
		}
		return d, d.Version != ""
	}
	if d := distroOfLabels(c.Config.Labels); d != nil {
		if changed {
			return &baseimage.Distro{Family: d.Family, Source: d.Source}, false
		}
		// An image built on another one inherits its labels, and may have put its own
		// version into them.
		return d, strings.Contains(d.Version, ".") && len(c.RootFS.DiffIDs) <= 1
	}
	return familyOfScripts(entries, scripts), false
}

// archiveOf returns the distribution whose archive is the first layer, nil if that
// isn't known.
func archiveOf(entries []entry) *baseimage.Distro {
	for _, e := range entries {
		if !e.empty || e.kind != inert {
			return distroOfArchive(e.text) // only the first layer is the distribution's
		}
	}
	return nil
}

// distroOfArchive parses the names of Alpine's and Debian's archives in the history:
//
//	ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit
//	# debian.sh --arch 'amd64' out/ 'bookworm' '@1718236800'
func distroOfArchive(text string) *baseimage.Distro {
	words := strings.Fields(text)
	if len(words) < 2 {
		return nil
	}
	if rest, ok := strings.CutPrefix(words[1], "alpine-minirootfs-"); ok && words[0] == "ADD" && len(words) == 3 && words[2] == "/" {
		version, _, _ := strings.Cut(rest, "-")
		if !strings.Contains(version, ".") {
			version = "" // the date of a development build
		}
		return &baseimage.Distro{ID: "alpine", Version: version, Family: baseimage.Alpine, Source: baseimage.FromHistory}
	}
	if words[0] != "#" || words[1] != "debian.sh" {
		return nil
	}
	d := &baseimage.Distro{ID: "debian", Family: baseimage.Debian, Source: baseimage.FromHistory}
	for i, w := range words[:len(words)-1] {
		if w == "out/" {
			d.Codename, d.Version = debianRelease(strings.Trim(words[i+1], "'"))
		}
	}
	return d
}

// debianRelease returns the code name and version of a suite. A moving one, like
// "stable", has neither, and a future release has no version.
func debianRelease(suite string) (codename, version string) {
	known, err := baseimage.Table{}.Inspect(context.Background(), baseimage.Query{Image: "debian:" + suite})
	if err != nil {
		return suite, ""
	}
	return known.Distro.Codename, known.Distro.Version
}

// distroOfLabels reads the labels of Ubuntu's and Red Hat's images, which
// others inherit.
func distroOfLabels(labels map[string]string) *baseimage.Distro {
	if version := labels["org.opencontainers.image.version"]; labels["org.opencontainers.image.ref.name"] == "ubuntu" {
		// An image built on Ubuntu may have put its own version there.
		if len(version) != len("24.04") || version[2] != '.' || !digits(version[:2]+version[3:]) {
			version = ""
		}
		return &baseimage.Distro{ID: "ubuntu", Version: version, Family: baseimage.Debian, Source: baseimage.FromConfig}
	}
	if labels["com.redhat.component"] == "" {
		return nil
	}
	// CentOS and publishers of images certified by Red Hat have the label too.
	d := &baseimage.Distro{Family: baseimage.RHEL, Source: baseimage.FromConfig}
	name, _, nested := strings.Cut(labels["name"], "/") // "ubi9", "ubi9-minimal", "ubi9/nodejs-20"
	own := labels["version"]                            // in "ubi9/nodejs-20", that of Node.js
	switch rest, ubi := strings.CutPrefix(name, "ubi"); {
	case ubi:
		d.ID = "rhel"
		d.Version, _, _ = strings.Cut(rest, "-")
		if !nested && strings.HasPrefix(own, d.Version+".") {
			d.Version = own
		}
	case name == "fedora" && !nested:
		d.ID, d.Version = "fedora", own
	}
	return d
}

// familyOfScripts returns the family whose package manager ran, unless those of two
// ran.
func familyOfScripts(entries []entry, scripts map[int]script) *baseimage.Distro {
	var family baseimage.Family
	for i := range entries {
		for _, c := range scripts[i].calls {
			f := packageManagers[c.Name]
			if f != "" && family != "" && f != family {
				return nil
			}
			if f != "" {
				family = f
			}
		}
	}
	if family == "" {
		return nil
	}
	return &baseimage.Distro{Family: family, Source: baseimage.FromHistory}
}
