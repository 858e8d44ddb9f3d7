package rootcheck

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/paths"
)

func TestRestrictive(t *testing.T) {
	for mode, want := range map[string]bool{
		"600": true, "0600": true, "700": true, "750": true, "0744": true, "400": true, "go-rwx": true, "o=": true, "o-r": true, "a-x": true,
		"644": false, "755": false, "0755": false, "555": false, "777": false, "+x": false, "a+x": false, "u+x": false, "u=rwx,go=rx": false, "g-w": false, "": false, "+r": false,
	} {
		if got := restrictive(mode); got != want {
			t.Errorf("%q takes something away: %v", mode, got)
		}
	}
}

func TestRootComments(t *testing.T) {
	for line, want := range map[string]bool{
		"# must run as root":                          true,
		"# needs root to bind":                        true,
		"# running here as root. Azure wants port 80": true,
		"# requires root privileges":                  true,
		"# do not set USER here":                      true,
		"# Don't add a user, the socket is root's":    true,
		"# never run as non-root":                     true,
		"# hadolint ignore=DL3002":                    true,
		"# later: don't run as root":                  false,
		"# avoid running as root":                     false,
		"# instead of running as root":                false,
		"# the workspaces need root package.json":     false,
		"# has the root certificate":                  false,
		"# copy the root of the project":              false,
		"# run as a user who is not root":             false,
	} {
		if want && !aboutUsers(line) {
			t.Errorf("%q is sorted out", line)
		}
		got := rootComment.MatchString(line) && !againstRoot.MatchString(line) || ignoreLint.MatchString(line)
		if got != want {
			t.Errorf("%q asks for root: %v", line, got)
		}
	}
}

func TestPaths(t *testing.T) {
	for path, want := range map[string]struct{ system, ownable, data bool }{
		"/":                    {true, false, false},
		"/app":                 {false, true, true},
		"/srv":                 {true, true, false},
		"/srv/app":             {false, true, true},
		"/usr/src/app":         {false, true, true},
		"/usr/local/bin":       {true, false, false},
		"/usr/local/bin/x":     {true, false, false},
		"/usr/share/x":         {true, false, false},
		"/home":                {true, false, false},
		"/home/node/app":       {false, true, true},
		"/var/lib/app":         {true, false, true},
		"/var/lib/apt/lists":   {true, false, false},
		"/var/www":             {true, true, false},
		"/tmp/x":               {false, true, false},
		"/etc/app":             {true, false, false},
		"/docker-entrypoint.d": {true, false, false},
	} {
		if got := workload.IsSystem(path); got != want.system {
			t.Errorf("%s is the system's: %v", path, got)
		}
		if got := paths.IsOwnable(path); got != want.ownable {
			t.Errorf("%s can be an application's: %v", path, got)
		}
		if got := paths.IsData(path); got != want.data {
			t.Errorf("%s is for data: %v", path, got)
		}
	}
}
