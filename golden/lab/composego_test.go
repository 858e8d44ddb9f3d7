package lab

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/golden"
)

// TestComposeFilesAreMeant has Compose's own code read what the golden cases make of Compose
// files: each service is what it was, with what is meant to be added.
func TestComposeFilesAreMeant(t *testing.T) {
	dirs, err := golden.Cases("..", "want.compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 15 {
		t.Fatalf("%d cases found", len(dirs))
	}
	hardened := 0
	for _, dir := range dirs {
		t.Run(strings.TrimPrefix(filepath.ToSlash(dir), "../"), func(t *testing.T) {
			before, after := project(t, filepath.Join(dir, "compose.yaml")), project(t, filepath.Join(dir, "want.compose.yaml"))
			for name, service := range after.Services {
				if added(before.Services[name], &service) {
					hardened++
				}
				after.Services[name] = service
			}
			if !reflect.DeepEqual(before, after) {
				t.Errorf("something else differs:\n%+v\n%+v", before, after)
			}
		})
	}
	if hardened < 40 {
		t.Errorf("%d services got something", hardened)
	}
}

// project returns a Compose file as compose-go reads it.
func project(t *testing.T, file string) *types.Project {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir: "/project", Environment: types.Mapping{"IMAGE": "image", "UID": "1000", "GID": "1000"},
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: text}},
	}, func(o *loader.Options) {
		o.SetProjectName("project", true)
		o.SkipResolveEnvironment = true
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// added takes from a service what dockmend adds, and reports whether there was something.
func added(before types.ServiceConfig, after *types.ServiceConfig) bool {
	is := *after
	if before.User == "" {
		after.User = ""
	}
	if before.Init == nil && after.Init != nil && *after.Init {
		after.Init = nil
	}
	if !before.ReadOnly {
		after.ReadOnly = false
	}
	after.CapDrop = without(before.CapDrop, after.CapDrop, func(s string) bool { return s == "ALL" })
	after.SecurityOpt = without(before.SecurityOpt, after.SecurityOpt, func(s string) bool { return s == "no-new-privileges:true" })
	after.Tmpfs = without(before.Tmpfs, after.Tmpfs, func(string) bool { return is.ReadOnly })
	return !reflect.DeepEqual(is, *after)
}

// without returns a list as it was, where only items that may be there were added behind its
// own.
func without(before, after []string, may func(string) bool) []string {
	if len(after) < len(before) || !slices.Equal(before, after[:len(before)]) || slices.ContainsFunc(after[len(before):], func(s string) bool { return !may(s) }) {
		return after
	}
	return before
}
