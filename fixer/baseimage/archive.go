package baseimage

import (
	"strconv"
	"strings"
)

// Archive is whether the packages of a release can still be installed.
type Archive string

const (
	// Served: the package manager of the release finds its archive.
	Served Archive = "served"
	// Moved: the archive is no longer where the release looks for it, so that
	// apt-get update fails.
	Moved Archive = "moved"
)

// ArchiveOf returns whether the package archive of a release was served in autumn
// 2026; "" if that isn't known. The version is that of os-release.
//
// Sources: Debian moves releases from its mirrors to an archive of their own
// after the end of long-term support (wiki.debian.org/DebianReleases; buster,
// 10, went in 2025); Alpine keeps every release on its mirrors
// (alpinelinux.org/releases); Ubuntu keeps those with standard or extended
// support, which are all LTS releases from 14.04 on, and moves interim ones to
// old-releases.ubuntu.com nine months after their release
// (wiki.ubuntu.com/Releases).
func ArchiveOf(id, version string) Archive {
	major, err := strconv.Atoi(strings.SplitN(version, ".", 2)[0])
	if id == "alpine" {
		return Served
	}
	if err != nil {
		return ""
	}
	switch id {
	case "debian":
		if major <= 10 {
			return Moved
		}
		return Served
	case "ubuntu":
		return ubuntuArchive(version, major)
	}
	return ""
}

// lastInterim is the oldest interim release of Ubuntu with support in autumn
// 2026: 25.10 ended in July of that year.
const lastInterim = 26

func ubuntuArchive(version string, major int) Archive {
	if major >= 14 && (major >= lastInterim || major%2 == 0 && strings.HasSuffix(version, ".04")) {
		return Served
	}
	return Moved
}
