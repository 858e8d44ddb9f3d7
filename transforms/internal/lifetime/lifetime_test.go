package lifetime

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

func TestNode(t *testing.T) {
	for version, want := range map[string]string{
		"14": "support of Node.js 14 ended in 2023-04", "14.21.3": "support of Node.js 14 ended in 2023-04",
		"25.1.0": "support of Node.js 25 ended in 2026-06; it was never an LTS release",
		"22":     "", "26.0.0": "", "27.0.0-alpha.1": "", "0.12.18": "", "": "", "x": "",
	} {
		if got := Node(version); got != want {
			t.Errorf("Node.js %s: %q, want %q", version, got, want)
		}
	}
}

func TestDistro(t *testing.T) {
	for _, c := range []struct{ id, version, want string }{
		{"debian", "11", "long-term support of Debian 11 ended in 2026-08"},
		{"debian", "10.13", "long-term support of Debian 10 ended in 2024-06"},
		{"debian", "12", ""},
		{"debian", "", ""},
		{"alpine", "3.18.4", "support of Alpine 3.18 ended in 2025-05"},
		{"alpine", "3.21", "support of Alpine 3.21 ended in 2026-11"},
		{"alpine", "3.22", ""},
		{"alpine", "3", ""},
		{"ubuntu", "20.04", "support of Ubuntu 20.04 ended in 2025-05, but for Ubuntu Pro"},
		{"ubuntu", "23.10", "support of Ubuntu 23.10 ended in 2024-07"},
		{"ubuntu", "21.04", "support of Ubuntu 21.04 ended in 2022-01"},
		{"ubuntu", "24.04", ""},
		{"rhel", "8", ""},
	} {
		if got := Distro(&baseimage.Distro{ID: c.id, Version: c.version}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.id, c.version, got, c.want)
		}
	}
	if got := Distro(nil); got != "" {
		t.Errorf("an unknown distribution: %q", got)
	}
}

// TestTables: each end is a month, which can be compared as a text.
func TestTables(t *testing.T) {
	month := regexp.MustCompile(`^20\d\d-(0[1-9]|1[0-2])$`)
	ends := slices.Concat(slices.Collect(maps.Values(node)), slices.Collect(maps.Values(debian)), slices.Collect(maps.Values(ubuntu)), slices.Collect(maps.Values(alpine)))
	for _, end := range append(ends, asOf) {
		if !month.MatchString(end) {
			t.Errorf("%q is not a month", end)
		}
	}
}
