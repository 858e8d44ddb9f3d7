package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A flag that is new is a key that any repository can set, until the rules say otherwise. This is the
// list of those for which that was decided: none of them has a say over the machine.
func TestKeysOfRepositories(t *testing.T) {
	want := strings.Fields(`baseline build-arg check context exclude for format from images include json kind no-cache
		no-gitignore no-layers no-notes observed offline only overrides own pin platform quiet ready refresh request since
		skip tag-ttl target uid unsafe user user-style`)
	var out, problems bytes.Buffer
	if code := Run([]string{"config", "--schema"}, nil, &out, &problems); code != exitOK {
		t.Fatalf("exit code %d: %s", code, problems.Bytes())
	}
	var schema struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(out.Bytes(), &schema); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(schema.Properties, func(_ string, key struct{ Description string }) bool {
		return strings.Contains(key.Description, "Only in a file that --config names")
	})
	if got := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(got, want) {
		t.Errorf("a repository may set\n%s, not\n%s", got, want)
	}
}
