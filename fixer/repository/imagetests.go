package repository

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what checks the images and the Dockerfiles of a repository: tests of an
// image's metadata, and a linter.

// testedKeys are what container-structure-test compares of an image (its README, "Metadata
// Test"), and the instruction that decides it.
var testedKeys = map[string]string{"entrypoint": "ENTRYPOINT", "cmd": "CMD", "user": "USER"}

const owners = "the owners of files"

// imageTest is a test of an image.
type imageTest struct {
	dir string
	workload.TextUse
}

// structureTest reads a configuration of container-structure-test.
func (r *reader) structureTest(name string, doc *yaml.Node) {
	for _, p := range pairs(get(doc, "metadataTest")) {
		if keyword := testedKeys[p.key]; keyword != "" {
			r.imageTest("container-structure-test", name, p.at, "the "+keyword+" of the image", `(?i)^\s*`+keyword+`\s`)
		}
	}
	for _, file := range items(get(doc, "fileExistenceTests")) {
		for _, p := range pairs(file) {
			if (p.key == "uid" || p.key == "gid") && r.spend(name, 1) {
				r.imageTest("container-structure-test", name, p.at, owners, ownersLine)
			}
		}
	}
}

// ownersLine matches a line of a Dockerfile that decides the owner of a file.
const ownersLine = `(?i)--chown=|\bchown\b`

// goss reads a configuration of goss (goss.rocks, "file").
func (r *reader) goss(name string, text []byte) {
	for _, doc := range r.yaml(name, text) {
		for _, file := range pairs(get(doc, "file")) {
			for _, p := range pairs(file.value) {
				if slices.Contains([]string{"owner", "group", "uid", "gid"}, p.key) && r.spend(name, 1) {
					r.imageTest("goss", name, p.at, owners, ownersLine)
				}
			}
		}
	}
}

func (r *reader) imageTest(program, name string, n *yaml.Node, what, line string) {
	if len(r.imageTests) < maxLinks {
		r.imageTests = append(r.imageTests, imageTest{path.Dir(name), workload.TextUse{Place: at(name, n), Program: program, Finds: []string{line}, Tests: what}})
	}
}

// tested gives the tests of images to the Dockerfiles near by.
func (r *reader) tested(l *Links) {
	left := maxShared
	for _, t := range r.imageTests {
		for _, file := range near(l.dockerfiles, t.dir) {
			if left--; left > 0 {
				l.uses[file] = append(l.uses[file], t.TextUse)
			}
		}
	}
}

// linters are the words of what runs hadolint.
var linters = [][]byte{[]byte("hadolint"), []byte("super-linter"), []byte("megalinter")}

// lint records a file that runs hadolint, and the rules that any of them names: those are
// left out, mostly.
func (r *reader) lint(name string, text []byte) {
	if isDocs(strings.ToLower(path.Base(name))) || strings.HasPrefix(strings.ToLower(path.Base(name)), "readme") {
		return
	}
	for _, word := range linters {
		if i := bytes.Index(text, word); i >= 0 {
			if r.linted.File == "" {
				r.linted = workload.Place{File: name, Line: bytes.Count(text[:i], []byte("\n")) + 1}
			}
			r.anyVersion = r.anyVersion || bytes.Contains(text, []byte("DL3008")) || bytes.Contains(text, []byte("DL3018"))
			return
		}
	}
}
