// Package lifetime knows which releases of Node.js and of distributions were no longer
// supported in November 2026. It does not look at the clock: a release whose support ends
// later counts as supported.
package lifetime

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// asOf is the month up to which the tables are complete: "2026-11".
const asOf = "2026-11"

// Node returns that the support of a version of Node.js ("14", "14.21.3") has ended:
// "support of Node.js 14 ended in 2023-04"; "" where it has not, or that isn't known.
func Node(version string) string {
	major, _, _ := strings.Cut(version, ".")
	rest := ""
	if n, err := strconv.Atoi(major); err == nil && n%2 == 1 {
		rest = "; it was never an LTS release"
	}
	return ended("support of Node.js "+major, node[major], rest)
}

// Distro returns it for the release of a distribution, as Node does.
func Distro(d *baseimage.Distro) string {
	if d == nil {
		return ""
	}
	switch release := shortened(d.Version); d.ID {
	case "debian":
		major, _, _ := strings.Cut(release, ".")
		return ended("long-term support of Debian "+major, debian[major], "")
	case "alpine":
		return ended("support of Alpine "+release, alpine[release], "")
	case "ubuntu":
		return ended("support of Ubuntu "+release, ubuntu[release], ubuntuPro(release))
	}
	return ""
}

// ended returns the sentence, "" where the end comes after asOf, or is not known.
func ended(support, end, rest string) string {
	if end == "" || end > asOf {
		return ""
	}
	return support + " ended in " + end + rest
}

// ubuntuPro returns what is left of a release of Ubuntu: of those that are LTS, Ubuntu Pro
// has more.
func ubuntuPro(release string) string {
	year, month, _ := strings.Cut(release, ".")
	if n, err := strconv.Atoi(year); err == nil && n%2 == 0 && month == "04" {
		return ", but for Ubuntu Pro"
	}
	return ""
}

// shortened returns the first two numbers of a version: "3.18" for "3.18.4".
func shortened(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
