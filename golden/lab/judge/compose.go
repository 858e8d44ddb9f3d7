package judge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/seccomp"
)

// Project returns a Compose file as compose-go reads it, also one that is only complete with
// another. Files that it includes or extends are read from its directory. Each variable has the
// same value, which ports and paths may be made of, and env_file is not read.
func Project(file string, text []byte) (*types.Project, error) {
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir: filepath.Dir(file), Environment: types.Mapping{},
		ConfigFiles: []types.ConfigFile{{Filename: file, Content: text}},
	}, func(o *loader.Options) {
		o.SetProjectName("project", true)
		o.SkipResolveEnvironment = true
		o.Profiles = []string{"*"}
		o.SkipConsistencyCheck = true
		o.Interpolate.LookupValue = func(string) (string, bool) { return "77", true }
	})
}

// Added returns the names of the services that got something in a Compose file. The error says
// what else differs.
func Added(before, after *types.Project) (names []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(after.Services)) {
		is := after.Services[name]
		was := withoutAdded(before.Services[name], is)
		if !reflect.DeepEqual(was, before.Services[name]) {
			return nil, fmt.Errorf("service %s differs in %s", name, strings.Join(differing(before.Services[name], was), ", "))
		}
		if !reflect.DeepEqual(is, was) {
			names = append(names, name)
		}
		after.Services[name] = was
	}
	if !reflect.DeepEqual(before, after) {
		return nil, errors.New("something else than a service differs")
	}
	return names, nil
}

// differing returns the names of the fields that differ.
func differing(a, b types.ServiceConfig) (names []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for _, field := range reflect.VisibleFields(x.Type()) {
		if !field.Anonymous && !reflect.DeepEqual(x.FieldByIndex(field.Index).Interface(), y.FieldByIndex(field.Index).Interface()) {
			names = append(names, field.Name)
		}
	}
	return names
}

// withoutAdded returns a service without what dockmend adds to one.
func withoutAdded(before, after types.ServiceConfig) types.ServiceConfig {
	if repository(before.Image) == repository(after.Image) {
		after.Image = before.Image
	}
	if before.User == "" {
		after.User = ""
	}
	if before.Init == nil && after.Init != nil && *after.Init {
		after.Init = nil
	}
	isReadOnly := after.ReadOnly
	if !before.ReadOnly {
		after.ReadOnly = false
	}
	after.CapDrop = without(before.CapDrop, after.CapDrop, func(s string) bool { return s == "ALL" })
	after.SecurityOpt = without(before.SecurityOpt, after.SecurityOpt, func(s string) bool {
		return s == "no-new-privileges:true" || s == "seccomp:./"+seccomp.Name()
	})
	after.Tmpfs = without(before.Tmpfs, after.Tmpfs, func(string) bool { return isReadOnly })
	return after
}

// repository returns the name of an image without its tag and digest.
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name
}

// without returns a list as it was, where only items that may be there were added after its
// own.
func without(before, after []string, may func(string) bool) []string {
	if len(after) < len(before) || !slices.Equal(before, after[:len(before)]) || slices.ContainsFunc(after[len(before):], func(s string) bool { return !may(s) }) {
		return after
	}
	return before
}
