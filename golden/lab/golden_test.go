package lab_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab"
)

var update = flag.Bool("update", false, "write what was seen into build.json")

// cases is the directory of the golden cases.
const cases = ".."

var current *lab.Lab

// TestMain connects to a running lab, or starts one for this test.
func TestMain(m *testing.M) {
	flag.Parse()
	code, err := func() (int, error) {
		dir, err := lab.DefaultDir()
		if err != nil {
			return 0, err
		}
		current, err = lab.Connect(dir)
		if errors.Is(err, lab.ErrNotRunning) {
			current, err = lab.Start(context.Background(), dir, "", func(s string) { fmt.Println(s) })
			if err == nil {
				defer current.Close()
			}
		}
		if err != nil {
			return 0, err
		}
		return m.Run(), nil
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// caseDirs returns the golden cases to build.
func caseDirs(t *testing.T) []string {
	t.Helper()
	dirs, err := golden.Cases(cases, "build.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 40 {
		t.Fatalf("%d cases have a build.json", len(dirs))
	}
	return dirs
}

// caseID returns the path of a case below golden/.
func caseID(dir string) string {
	id, err := filepath.Rel(cases, dir)
	if err != nil {
		panic(err)
	}
	return filepath.ToSlash(id)
}

// TestGolden builds and runs each golden case that has a build.json, before and
// after, and compares what is observed with the file.
func TestGolden(t *testing.T) {
	builder, err := proof.Dial(t.Context(), current.Buildkit, proof.Helper{
		Path: program(t, ".", "./cmd/lab"), Args: []string{"observe"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { builder.Close() })
	var all figures
	t.Cleanup(func() { all.print() })
	for _, dir := range caseDirs(t) {
		t.Run(caseID(dir), func(t *testing.T) {
			t.Parallel()
			tried := try(t, builder, dir)
			tried.id = caseID(dir)
			all.add(tried)
		})
	}
}

// trial is a case, with the observations.
type trial struct {
	id            string
	promise       *golden.Build
	before, after *proof.Observation
	took          time.Duration
	failed        bool
}

func try(t *testing.T, b *proof.Builder, dir string) *trial {
	promise, err := golden.ReadBuild(dir)
	if err != nil {
		t.Fatal(err)
	}
	spec := specOf(t, dir, promise)
	began := time.Now()
	r := &trial{promise: promise}
	r.before = observe(t, b, spec, dir, "Dockerfile")
	if !*update {
		check(t, "before", promise.Before, r.before)
	}
	if readFile(t, dir, "want.Dockerfile") != nil {
		spec.Hardened = true
		r.after = observe(t, b, spec, dir, "want.Dockerfile")
		if !*update {
			check(t, "after", promise.After, r.after)
			checkHardened(t, promise.After, r.after)
		}
	}
	r.took, r.failed = time.Since(began), t.Failed()
	if *update {
		rewrite(t, dir, r)
	}
	return r
}

// layOut makes a directory of the case's build context.
func layOut(t *testing.T, dir string, promise *golden.Build) string {
	t.Helper()
	files, err := promise.BuildContext(dir)
	if err != nil {
		t.Fatal(err)
	}
	context := t.TempDir()
	for name, f := range files {
		name = filepath.Join(context, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, f.Mode); err != nil {
			t.Fatal(err)
		}
	}
	return context
}

// specOf returns how to build the case.
func specOf(t *testing.T, dir string, promise *golden.Build) proof.Spec {
	t.Helper()
	var o struct {
		Target    string
		BuildArgs map[string]string
	}
	if data := readFile(t, dir, "options.json"); data != nil {
		if err := json.Unmarshal(data, &o); err != nil {
			t.Fatal(err)
		}
	}
	ready, err := proof.ParseReady(promise.Ready)
	if err != nil {
		t.Fatal(err)
	}
	return proof.Spec{
		Context: layOut(t, dir, promise), Target: o.Target, BuildArgs: o.BuildArgs, Ready: ready,
		BuildTimeout: 5 * time.Minute, StopTimeout: 2 * time.Second, // as documented in golden.Outcome
	}
}

func observe(t *testing.T, b *proof.Builder, s proof.Spec, dir, name string) *proof.Observation {
	t.Helper()
	s.Name, s.Dockerfile = name, readFile(t, dir, name)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	o, err := b.Observe(ctx, s)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

// check compares what was observed with what was promised.
func check(t *testing.T, when string, want *golden.Outcome, o *proof.Observation) {
	t.Helper()
	errorf := func(format string, args ...any) {
		t.Helper()
		t.Errorf(when+": "+format+"\n%s", append(args, story(o))...)
	}
	switch {
	case want == nil:
		errorf("build.json doesn't say what is to be seen")
		return
	case want.BuildFails != "":
		if o.Build.OK || !strings.Contains(story(o), want.BuildFails) {
			errorf("the build was to fail with %q", want.BuildFails)
		}
		return
	case !o.Build.OK:
		errorf("it does not build")
		return
	case want.StartFails != "":
		if o.Run.State != proof.Failed || !strings.Contains(story(o), want.StartFails) {
			errorf("the command was to fail with %q", want.StartFails)
		}
		return
	case want.Ends:
		if o.Run.State != proof.Ended {
			errorf("the command was to end by itself, and is %s", o.Run.State)
		}
		return
	case o.Run.State != proof.Up || o.Run.Process == nil || o.Run.Stop == nil:
		errorf("the command was to stay up, and is %s", o.Run.State)
		return
	}
	if uid := int(o.Run.Process.UID); want.UID == nil || uid != *want.UID {
		errorf("uid %d", uid)
	}
	stop := o.Run.Stop
	if want.Stops == nil || stop.Killed == *want.Stops {
		errorf("stops is %t", !stop.Killed)
	}
	if limit, err := time.ParseDuration(want.Within); err == nil && stop.Took > limit {
		errorf("it took %v to stop", stop.Took)
	}
	for _, text := range want.Logs {
		if !strings.Contains(story(o), text) {
			errorf("it did not say %q", text)
		}
	}
	for _, name := range want.Writes {
		if !slices.Contains(o.Run.Wrote, name) {
			errorf("%s was not written", name)
		}
	}
}

// checkHardened compares how the command ran hardened with what was promised.
func checkHardened(t *testing.T, want *golden.Outcome, o *proof.Observation) {
	t.Helper()
	if want == nil || o.Run == nil || o.Run.State == proof.Failed {
		return // that is promised, or check fails
	}
	lack := o.Lack()
	said := lack
	if o.Hardened != nil {
		said += "\n" + storyOf(o.Hardened)
	}
	switch {
	case want.HardenedLacks == "" && lack != "":
		t.Errorf("hardened, it was to work as well\n%s", said)
	case want.HardenedLacks != "" && (lack == "" || !strings.Contains(said, want.HardenedLacks)):
		t.Errorf("hardened, it was to lack %q\n%s", want.HardenedLacks, said)
	}
}

// story returns the text to read after a failure.
func story(o *proof.Observation) string {
	lines := append([]string{o.Build.Step, o.Build.Error}, o.Build.Log...)
	if o.Run != nil {
		lines = append(lines, storyOf(o.Run))
	}
	return strings.Join(lines, "\n")
}

// storyOf returns that of a run.
func storyOf(r *proof.Run) string { return strings.Join(append([]string{r.Reason}, r.Log...), "\n") }

// rewrite writes the observations as the new promise, which then has to be reviewed.
func rewrite(t *testing.T, dir string, r *trial) {
	t.Helper()
	p := *r.promise
	p.Before = seen(p.Before, r.before)
	if r.after != nil {
		p.After = seen(p.After, r.after)
	}
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "build.json"), append(data, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// seen returns o as an outcome. Of files and log lines, which have no end, it
// has those that were promised before.
func seen(old *golden.Outcome, o *proof.Observation) *golden.Outcome {
	if old == nil {
		old = new(golden.Outcome)
	}
	switch {
	case !o.Build.OK:
		return &golden.Outcome{BuildFails: orLast(old.BuildFails, o.Build.Error, o.Build.Log)}
	case o.Run.State == proof.Ended:
		return &golden.Outcome{Ends: true, Logs: said(old.Logs, o), HardenedLacks: hardenedLacks(old, o)}
	case o.Run.State != proof.Up:
		return &golden.Outcome{StartFails: orLast(old.StartFails, o.Run.Reason, o.Run.Log)}
	}
	uid, stops := int(o.Run.Process.UID), !o.Run.Stop.Killed
	return &golden.Outcome{
		UID: &uid, Stops: &stops, Within: old.Within, Logs: said(old.Logs, o),
		Writes:        slices.DeleteFunc(old.Writes, func(name string) bool { return !slices.Contains(o.Run.Wrote, name) }),
		HardenedLacks: hardenedLacks(old, o),
	}
}

// hardenedLacks returns what the hardened run lacks: the old promise if there is one, or else the
// first access that failed, or what the observation says.
func hardenedLacks(old *golden.Outcome, o *proof.Observation) string {
	if o.Hardened == nil {
		return ""
	}
	lack := o.Lack()
	switch {
	case lack != "" && old.HardenedLacks != "":
		return old.HardenedLacks
	case lack != "" && len(o.Hardened.Denied) > 0:
		return o.Hardened.Denied[0].Line
	}
	return lack
}

func said(texts []string, o *proof.Observation) []string {
	return slices.DeleteFunc(texts, func(text string) bool { return !strings.Contains(story(o), text) })
}

// orLast returns the old message if there is one, or else the last line.
func orLast(old, message string, log []string) string {
	if old != "" {
		return old
	}
	return append([]string{message}, log...)[len(log)]
}

// figures is the table at the end.
type figures struct {
	mu   sync.Mutex
	rows []*trial
}

func (f *figures) add(r *trial) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows = append(f.rows, r)
	word := "ok  "
	if r.failed {
		word = "FAIL"
	}
	fmt.Printf("%s %s: %s → %s (%.1fs)\n", word, r.id, short(r.before), short(r.after), r.took.Seconds())
}

func (f *figures) print() {
	slices.SortFunc(f.rows, func(a, b *trial) int { return strings.Compare(a.id, b.id) })
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "case\tuser\t\tstop\t\tMB\t\tbuild s\t\thardened\tall s")
	for _, r := range f.rows {
		fmt.Fprintf(w, "%s", r.id)
		for _, cell := range []func(*proof.Observation) string{user, stop, size, buildTime} {
			fmt.Fprintf(w, "\t%s\t%s", cell(r.before), cell(r.after))
		}
		fmt.Fprintf(w, "\t%s\t%.1f\n", hardened(r.after), r.took.Seconds())
	}
	w.Flush()
}

func short(o *proof.Observation) string {
	switch {
	case o == nil:
		return "same"
	case o.Run != nil && o.Run.Stop != nil:
		return user(o) + ", stop " + stop(o)
	}
	return user(o)
}

func user(o *proof.Observation) string {
	switch {
	case o == nil:
		return ""
	case !o.Build.OK:
		return "no build"
	case o.Run.Process != nil:
		return fmt.Sprint(o.Run.Process.UID)
	}
	return string(o.Run.State)
}

func stop(o *proof.Observation) string {
	switch {
	case o == nil || o.Run == nil || o.Run.Stop == nil:
		return ""
	case o.Run.Stop.Killed:
		return "killed"
	}
	return fmt.Sprintf("%.2fs", o.Run.Stop.Took.Seconds())
}

func hardened(o *proof.Observation) string {
	switch {
	case o == nil || o.Hardened == nil:
		return ""
	case o.Lack() != "":
		return "lacks"
	}
	return "works"
}

func size(o *proof.Observation) string {
	if o == nil || o.Image == nil || o.Image.Files == nil {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(o.Image.Files.Size)/1e6)
}

func buildTime(o *proof.Observation) string {
	if o == nil {
		return ""
	}
	return fmt.Sprintf("%.1f", o.Build.Took.Seconds())
}
