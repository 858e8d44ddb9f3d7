package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// version returns the module's version, as the Go toolchain recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown version)"
	}
	version := info.Main.Version
	if rev := buildSetting(info, "vcs.revision"); version == "(devel)" && len(rev) >= 12 {
		version += " " + rev[:12]
	}
	return version
}

// buildInformation returns what this program was built from and with.
func buildInformation() string {
	parts := []string{fmt.Sprintf("%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)}
	if info, ok := debug.ReadBuildInfo(); ok {
		if rev := buildSetting(info, "vcs.revision"); rev != "" {
			commit := "commit " + rev
			if date, _, _ := strings.Cut(buildSetting(info, "vcs.time"), "T"); date != "" {
				commit += " of " + date
			}
			if buildSetting(info, "vcs.modified") == "true" {
				commit += ", with changes"
			}
			parts = append(parts, commit)
		}
	}
	return strings.Join(parts, "\n")
}

func buildSetting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
