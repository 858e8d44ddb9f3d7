package registry_test

import (
	"context"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

// TestWellKnown asks for images that the table knows by name, and whose layers
// are not read.
func TestWellKnown(t *testing.T) {
	ubuntu := func(version string) recipe {
		return recipe{
			config:  v1.Config{Labels: map[string]string{"org.opencontainers.image.ref.name": "ubuntu", "org.opencontainers.image.version": version}},
			history: []string{`/bin/sh -c #(nop) ADD file:6df775300d76441aa in / `},
		}
	}
	moved := nodeDebian
	moved.history = append(slices.Clone(nodeDebian.history[:1]), `RUN /bin/sh -c groupadd --gid 2000 node && useradd --uid 2000 --gid node node # buildkit`)
	gone := nodeDebian
	gone.history = append(slices.Clone(nodeDebian.history), `RUN /bin/sh -c userdel -r node # buildkit`)
	more := nodeDebian
	more.history = append(slices.Clone(nodeDebian.history), `RUN /bin/sh -c useradd app # buildkit`)
	unclear := nodeDebian
	unclear.history = append(slices.Clone(nodeDebian.history), `RUN /bin/sh -c useradd node || true # buildkit`)

	tests := []struct {
		name, image, path string
		recipe            recipe
		user              string // of the id 1000, 2000 or 65532, the first there is
		complete          bool
		distro            string // version and source
		programs          bool
	}{
		{"node on Debian", "node:20", "library/node:20", nodeDebian, "node", true, "12 history", true},
		{"node on Alpine", "node:20-alpine", "library/node:20-alpine", nodeAlpine, "node", true, "3.20.3 history", true},
		{"the history has another node than the table", "node:20", "library/node:20", moved, "node", false, "12 history", true},
		{"the history deletes", "node:20", "library/node:20", gone, "", false, "12 history", true},
		{"the history adds a user without an id", "node:20", "library/node:20", more, "node", false, "12 history", true},
		{"the history may add a user", "node:20", "library/node:20", unclear, "node", true, "12 history", true},
		{"the tag isn't what the table thinks", "node:20", "library/node:20", nodeAlpine, "node", false, "3.20.3 history", false},
		{"the Ubuntu with uid 1000", "ubuntu:24.04", "library/ubuntu:24.04", ubuntu("24.04"), "ubuntu", true, "24.04 config", true},
		{"a floating tag on an older Ubuntu", "ubuntu", "library/ubuntu:latest", ubuntu("22.04"), "", true, "22.04 config", true},
		{"a floating tag on a later Ubuntu", "ubuntu", "library/ubuntu:latest", ubuntu("26.04"), "ubuntu", true, "26.04 config", true},
		{"distroless", "gcr.io/distroless/nodejs20-debian12", "distroless/nodejs20-debian12:latest",
			recipe{history: []string{"bazel build @base", "bazel build @node"}}, "nonroot", true, " table", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			h.push(tt.path, tt.recipe.build(t))
			f, err := inspector(t, registry.Options{Transport: h, NoLayers: true}).Inspect(context.Background(), baseimage.Query{Image: tt.image, Ask: baseimage.AskEverything})
			if err != nil {
				t.Fatal(err)
			}
			if f.Assumed != "" || f.Config.Source != baseimage.FromConfig {
				t.Errorf("assumed %q, config from %s", f.Assumed, f.Config.Source)
			}
			var user string
			for _, id := range []int{1000, 2000, 65532} {
				if u, ok := f.Accounts.UserByID(id); ok && user == "" {
					user = u.Name
				}
			}
			if user != tt.user {
				t.Errorf("user %q, want %q", user, tt.user)
			}
			if f.Accounts != nil && f.Accounts.Complete != tt.complete {
				t.Errorf("complete = %t", f.Accounts.Complete)
			}
			if got := f.Distro.Version + " " + string(f.Distro.Source); got != tt.distro {
				t.Errorf("distro %q, want %q", got, tt.distro)
			}
			if tt.programs != (f.Programs != nil && f.Programs.Source == baseimage.FromTable) {
				t.Errorf("programs = %+v", f.Programs)
			}
		})
	}
}

// TestWeakestSource: accounts that come from the history and the table count as the
// table's.
func TestWeakestSource(t *testing.T) {
	h := newHub(t)
	h.push("library/node:20", nodeDebian.build(t))
	f, err := inspector(t, registry.Options{Transport: h, NoLayers: true}).Inspect(context.Background(), baseimage.Query{Image: "node:20", Ask: baseimage.AskEverything})
	if err != nil {
		t.Fatal(err)
	}
	if f.Accounts.Source != baseimage.FromTable {
		t.Errorf("accounts from %s", f.Accounts.Source)
	}
	if u, _ := f.Accounts.User("node"); u != nodeUser {
		t.Errorf("node is %+v", u)
	}
	if g, _ := f.Accounts.Group("node"); g != nodeGroup {
		t.Errorf("the group is %+v", g)
	}
	if _, ok := f.Accounts.User("www-data"); !ok {
		t.Error("the accounts of the distribution are missing")
	}
	table, err := baseimage.Table{}.Inspect(context.Background(), baseimage.Query{Image: "node:20"})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Accounts.Users) != len(f.Accounts.Users) {
		t.Errorf("%d users, the table has %d", len(f.Accounts.Users), len(table.Accounts.Users))
	}
}

func TestNoTable(t *testing.T) {
	h := newHub(t)
	h.push("library/node:20", nodeDebian.build(t))
	f, err := inspector(t, registry.Options{Transport: h, Table: registry.NoTable{}, NoLayers: true}).Inspect(context.Background(), baseimage.Query{Image: "node:20", Ask: baseimage.AskUsers})
	if err != nil {
		t.Fatal(err)
	}
	if f.Programs != nil || f.Accounts.Source != baseimage.FromHistory || f.Accounts.Complete {
		t.Errorf("facts %s", toJSON(t, f))
	}
}
