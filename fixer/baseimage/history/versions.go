package history

import (
	"encoding/json"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// readVersions returns the versions that the environment states, as in the official
// images, nil if it states none.
func readVersions(env []string) *baseimage.Versions {
	v := &baseimage.Versions{Source: baseimage.FromConfig}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		value = strings.TrimPrefix(value, "v")
		if !digits(strings.ReplaceAll(value, ".", "")) {
			continue // "lts", or a variable of something else
		}
		switch name {
		case "NODE_VERSION":
			v.Node = value
		case "YARN_VERSION":
			v.Yarn = value
		}
	}
	if v.Node == "" && v.Yarn == "" {
		return nil
	}
	return v
}

// nodeDefine matches the lines of node_version.h.
var nodeDefine = lazyregexp.New(`(?m)^#define NODE_(MAJOR|MINOR|PATCH)_VERSION (\d{1,4})\s*$`)

// ReadNodeVersion returns the version in Node.js' header node_version.h, without
// "v", and "" if it has none.
func ReadNodeVersion(header []byte) string {
	parts := map[string]string{}
	for _, m := range nodeDefine.FindAllSubmatch(header, 3) {
		parts[string(m[1])] = string(m[2])
	}
	if len(parts) != 3 {
		return ""
	}
	return parts["MAJOR"] + "." + parts["MINOR"] + "." + parts["PATCH"]
}

// ReadPackageVersion returns the version in a package.json, "" if there is none or if
// it is a prerelease, which can't be compared with releases.
func ReadPackageVersion(text []byte) string {
	var m struct{ Version string }
	if json.Unmarshal(text, &m) != nil || !digits(strings.ReplaceAll(m.Version, ".", "")) {
		return ""
	}
	return m.Version
}

// digits reports whether s consists of digits.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
