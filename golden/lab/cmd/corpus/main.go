// Command corpus hardens all Compose files and Kubernetes manifests below some directories, in
// memory and with evidence made up for the purpose, and has others judge the result: whether no
// line is lost, a second run changes nothing, and what compose-go, the API server's decoder and
// the restricted policy see is what was meant. It says how many could be edited, and why others
// could not.
//
//	go run ./cmd/corpus DIR...
//
// Each directory in DIR is taken for a repository. The evidence says that each image runs as the
// user 1000, which is known of none: the form of the files is judged, and not the containers.
package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/golden/lab/judge"
	"github.com/dockmend/dockmend/transforms"
)

func main() {
	logrus.SetOutput(io.Discard) // compose-go's remarks about variables
	t := &tally{counts: map[string]int{}}
	for _, dir := range os.Args[1:] {
		repositories, err := os.ReadDir(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		for _, r := range repositories {
			if err := t.repository(filepath.Join(dir, r.Name())); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
		}
	}
	t.print(os.Stdout)
	if t.wrong > 0 {
		os.Exit(1)
	}
}

// tally counts what is seen.
type tally struct {
	counts map[string]int
	wrong  int
}

func (t *tally) count(format string, args ...any) { t.counts[fmt.Sprintf(format, args...)]++ }

// fail says what a judge found wrong with a file.
func (t *tally) fail(file, format string, args ...any) {
	t.wrong++
	fmt.Printf("WRONG %s: %s\n", file, fmt.Sprintf(format, args...))
}

func (t *tally) print(w io.Writer) {
	var names []string
	for name := range t.counts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(w, "%7d %s\n", t.counts[name], name)
	}
	fmt.Fprintf(w, "%7d wrong\n", t.wrong)
}

// repository judges the files of one.
func (t *tally) repository(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil // a file beside the repositories
	}
	defer root.Close()
	found, err := discover.Search(root.FS(), ".", discover.Options{Compose: true, Manifests: true, NoIgnore: true})
	if err != nil {
		return err
	}
	for _, place := range found.Compose {
		t.compose(dir, root.FS(), place)
	}
	for _, place := range found.Manifests {
		t.manifest(dir, root.FS(), place)
	}
	for _, s := range found.LeftAlone {
		if base := strings.ToLower(filepath.Ext(s.Path)); base == ".yml" || base == ".yaml" {
			reason, _, _ := strings.Cut(s.Reason, ":")
			t.count("files left alone: %s", reason)
		}
	}
	return nil
}

// madeUp is an image that is built from a Dockerfile, runs node as the user 1000, and writes
// nothing that is known.
func madeUp(name string) workload.Container {
	return workload.Container{Image: name, Own: true, User: "node", UID: 1000, GID: 1000, Node: true, Place: workload.Place{File: "Dockerfile", Line: 1}}
}

// options takes unsafe changes, too.
var options = fixer.Options{KnownIDs: transforms.IDs(), Threshold: fixer.Unsafe}

// unchanged counts why something is not changed.
func (t *tally) unchanged(kind string, findings []fixer.Finding) {
	for _, f := range findings {
		if f.Status == fixer.Refused {
			t.count("%s: %s: %s", kind, f.ID, particulars.ReplaceAllString(f.Reason, "…"))
		}
	}
}

// particulars matches what of a reason is of one file: its name, numbers, names in it.
var particulars = regexp.MustCompile(`\S+\.ya?ml|[0-9]+|the user \S+|user: \S+|[A-Z_, ]+(?:: a process)|&\S+|\(?\*\S+`)

// compose judges a Compose file.
func (t *tally) compose(dir string, files fs.FS, place string) {
	name := filepath.Join(dir, place)
	src, err := fs.ReadFile(files, place)
	if err != nil {
		t.count("Compose files: %v", err)
		return
	}
	run := func(text []byte) (fixer.Result, error) {
		p := compose.LoadFiles(replaced{files, place, text}, "", []string{place})
		return composefile.Run(context.Background(), composefile.Source{
			Name: place, Src: text, Place: place, Projects: []*compose.Project{p}, Repository: files,
			Image: func(s *compose.Service) workload.Container { return madeUp(s.Image) },
		}, transforms.Of(compose.Kind), options)
	}
	r, ok := t.twice("Compose files", name, src, run)
	if !ok {
		return
	}
	t.unchanged("services", r.Findings)
	before, err := judge.Project(name, r.Before)
	if err != nil {
		t.count("Compose files that compose-go does not read as they are: %s", particulars.ReplaceAllString(err.Error(), "…"))
		return
	}
	after, err := judge.Project(name, r.After)
	if err != nil {
		t.fail(name, "compose-go refuses it: %v", err)
		return
	}
	all := len(after.Services)
	got, err := judge.Added(before, after)
	if err != nil {
		t.fail(name, "%v", err)
	}
	t.counts["services"] += all
	t.counts["services that got something"] += len(got)
}

// manifest judges a manifest.
func (t *tally) manifest(dir string, files fs.FS, place string) {
	name := filepath.Join(dir, place)
	src, err := fs.ReadFile(files, place)
	if err != nil {
		t.count("manifests: %v", err)
		return
	}
	r, ok := t.twice("manifests", name, src, func(text []byte) (fixer.Result, error) {
		return manifest.Run(context.Background(), manifest.Source{Name: place, Src: text, Image: madeUp}, transforms.Of(kubernetes.Kind), options)
	})
	if !ok {
		return
	}
	t.unchanged("containers", r.Findings)
	before, err := judge.Pods(r.Before)
	if err != nil {
		t.count("manifests that Kubernetes does not read as they are")
		return
	}
	after, err := judge.Pods(r.After)
	if err != nil || len(after) != len(before) {
		t.fail(name, "%d pods, and were %d: %v", len(after), len(before), err)
		return
	}
	for i := range after {
		t.pod(name, before[i], after[i])
	}
}

// pod judges one pod.
func (t *tally) pod(name string, before, after judge.Pod) {
	had, err := before.Violations()
	if err != nil {
		t.fail(name, "%v", err)
		return
	}
	has, err := after.Violations()
	if err != nil {
		t.fail(name, "%v", err)
		return
	}
	t.count("pods")
	if len(had) == 0 {
		t.count("pods that pass the restricted policy before")
	}
	if len(has) == 0 {
		t.count("pods that pass the restricted policy after")
	}
	for v := range has {
		t.count("pods that violate the restricted policy after: %s", v)
		if !had[v] {
			t.fail(name, "%s: %s is new", after.Name, v)
		}
	}
	if !after.IsAsMeant(before) {
		t.fail(name, "%s: more differs than was meant", after.Name)
	}
}

// twice runs over a file, and over what came of it, and checks that all lines are there and the
// second run changes nothing. ok is false where there is nothing more to judge.
func (t *tally) twice(kind, name string, src []byte, run func([]byte) (fixer.Result, error)) (r fixer.Result, ok bool) {
	t.count("%s", kind)
	r, err := run(src)
	if err != nil {
		t.count("%s with an error", kind)
		return r, false
	}
	for _, f := range r.Findings {
		if f.Status == fixer.Failed {
			t.fail(name, "%s: %s", f.ID, f.Sentence())
		}
	}
	if string(r.Before) != string(r.After) {
		t.count("%s that are changed", kind)
	}
	if lost := lostLine(r.Before, r.After); lost != "" {
		t.fail(name, "a line is lost: %q", lost)
	}
	again, err := run(r.After)
	if err != nil || string(again.After) != string(r.After) {
		t.fail(name, "a second run changes it, or fails: %v", err)
	}
	return r, true
}

// lostLine returns the first line that is not there any more, in its order, but for those in
// which a list in flow style, an empty list or an empty mapping gets something.
func lostLine(before, after []byte) string {
	rest := strings.SplitAfter(string(after), "\n")
	for line := range strings.Lines(string(before)) {
		line = strings.TrimRight(line, "\r\n")
		i := slices.IndexFunc(rest, func(l string) bool {
			l = strings.TrimRight(l, "\r\n")
			head, tail, flow := strings.Cut(line, "]")
			return l == line || flow && strings.HasPrefix(l, strings.TrimRight(head, " [")) && strings.HasSuffix(l, tail) || l == strings.Replace(line, " {}", "", 1)
		})
		if i < 0 {
			return line
		}
		rest = rest[i+1:]
	}
	return ""
}

// replaced is a file system in which one file has another text.
type replaced struct {
	fs.FS
	name string
	text []byte
}

func (r replaced) Open(name string) (fs.File, error) {
	if name != r.name {
		return r.FS.Open(name)
	}
	file, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &replacedFile{File: file, left: r.text}, nil
}

type replacedFile struct {
	fs.File
	left []byte
}

func (f *replacedFile) Read(p []byte) (int, error) {
	if len(f.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}
