// Package golden has the cases that specify what dockmend does: a folder for each,
// with the input file and the expected output.
//
//	golden/TRANSFORM/THEME/CASE/Dockerfile  what goes in
//	…/want.Dockerfile                       what must come out; without it, every byte stays
//	…/findings.txt                          what is said
//	…/want.NAME                             a file .NAME that must be made in the context
//	…/images.json                           base images, before those of golden/images.json
//	…/options.json                          options other than the default
//	…/context/                              the build context
//	…/build.json                            what is seen when both are built and run, see Build
//	…/up.json                               what is seen when Compose runs its services, see Up
//	…/why.md                                what the case shows; required without want.Dockerfile
//
//	…/compose.yaml, …/manifest.yaml         what goes in, in place of a Dockerfile
//	…/want.compose.yaml, …                  what must come out
//	…/created.txt                           the names of files that must be made beside it
//	…/containers.json                       what is known of the images, by their names and Dockerfiles
//	…/*.yaml                                files that Compose merges with compose.yaml
//	…/context/                              the other files of its repository
//
//	golden/all/CASE/repository/             files of all kinds, which are repaired together
//	…/want/                                 what must come out, with --unsafe
//
// TRANSFORM is the ID of the one transform that runs. The cases of the whole list
// are golden/all/CASE. INDEX.md lists all cases by theme.
//
// golden/lab builds and runs, with the applications in golden/lab/apps as build
// contexts.
package golden

import (
	"embed"
	"path/filepath"
	"slices"
	"strings"
)

// Examples contains the example of each transform, for dockmend explain.
//
//go:embed */basic/example
var Examples embed.FS

// ExampleDir returns the folder in Examples of the transform with that ID.
func ExampleDir(id string) string { return id + "/basic/example" }

// Cases returns the folders of the cases that have a file of that name, sorted.
// root is the path of golden/.
func Cases(root, file string) ([]string, error) {
	ofList, err := filepath.Glob(filepath.Join(root, "all", "*", file))
	if err != nil {
		return nil, err
	}
	ofOne, err := filepath.Glob(filepath.Join(root, "*", "*", "*", file))
	if err != nil {
		return nil, err
	}
	ofOne = slices.DeleteFunc(ofOne, func(name string) bool { // contexts, applications and images
		name, err = filepath.Rel(root, name)
		id, _, _ := strings.Cut(filepath.ToSlash(name), "/")
		return err != nil || id == "all" || id == "lab"
	})
	dirs := append(ofList, ofOne...)
	for i, name := range dirs {
		dirs[i] = filepath.Dir(name)
	}
	slices.Sort(dirs)
	return dirs, err
}
