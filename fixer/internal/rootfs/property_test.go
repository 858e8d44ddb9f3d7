package rootfs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

// draw makes layers of names that collide often. In regular form each entry
// comes after one for its directory, and no name comes twice.
func draw(rnd *rand.Rand, regular bool) [][]item {
	layers := make([][]item, 1+rnd.IntN(4))
	for l := range layers {
		d := drawing{rnd: rnd, regular: regular, flags: map[string]byte{".": tar.TypeDir}, text: fmt.Sprint(l)}
		for range rnd.IntN(9) {
			d.entry()
		}
		layers[l] = d.list
	}
	return layers
}

type drawing struct {
	rnd     *rand.Rand
	regular bool
	flags   map[string]byte
	text    string
	list    []item
}

func (d *drawing) name() string {
	parts := make([]string, 1+d.rnd.IntN(3))
	for i := range parts {
		parts[i] = string("abc"[d.rnd.IntN(3)])
	}
	return strings.Join(parts, "/")
}

// add adds an entry unless there is one of that name, or the form forbids it.
func (d *drawing) add(i item) bool {
	clean := path.Clean(i.name)
	if d.flags[clean] != 0 {
		return false
	}
	if dir := path.Dir(clean); d.regular && d.flags[dir] != tar.TypeDir {
		if !d.add(item{name: dir + "/", flag: tar.TypeDir, mode: 0o700 + d.rnd.Int64N(64)}) {
			return false
		}
	}
	d.flags[clean] = i.flag
	d.list = append(d.list, i)
	return true
}

func (d *drawing) entry() {
	name := d.name()
	i := item{name: name, flag: tar.TypeReg, mode: d.rnd.Int64N(512), text: fmt.Sprint(d.text, len(d.list))}
	switch d.rnd.IntN(10) {
	case 0, 1:
		i.name, i.flag = name+"/", tar.TypeDir
	case 2, 3, 4:
		i.flag, i.mode = tar.TypeSymlink, 0o777
		i.text = []string{"", "/", "../", "./", "../../"}[d.rnd.IntN(5)] + d.name() + []string{"", "", "", "/", "/.."}[d.rnd.IntN(5)]
	case 5:
		i.flag, i.text = tar.TypeLink, d.name()
		if d.regular && d.flags[i.text] != tar.TypeReg {
			return
		}
	case 6:
		i.name = path.Join(path.Dir(name), ".wh."+path.Base(name))
	case 7:
		i.name = path.Join(name, ".wh..wh..opq")
	case 8:
		i.flag = tar.TypeChar
	}
	d.add(i)
}

func describe(layers [][]item) string {
	var b strings.Builder
	for l, list := range layers {
		fmt.Fprintf(&b, "layer %d:\n", l+1)
		for _, i := range list {
			fmt.Fprintf(&b, "  %c %s %o %s\n", i.flag, i.name, i.mode, i.text)
		}
	}
	return b.String()
}

// everyPath are the paths that draw may make, and one more.
func everyPath() []string {
	list := []string{"/", "/d"}
	for _, a := range "abc" {
		list = append(list, fmt.Sprintf("/%c", a))
		for _, b := range "abc" {
			list = append(list, fmt.Sprintf("/%c/%c", a, b))
			for _, c := range "abc" {
				list = append(list, fmt.Sprintf("/%c/%c/%c", a, b, c))
			}
		}
	}
	return list
}

// TestModels compares Read with two file systems that the layers are unpacked
// to, for every path. Settled answers must be right in both; in layers of
// regular form all must be settled.
func TestModels(t *testing.T) {
	paths := everyPath()
	var questions []rootfs.Question
	for _, p := range paths {
		questions = append(questions, ask(p))
	}
	for _, regular := range []bool{true, false} {
		asked, settled := 0, 0
		for seed := range uint64(5000) {
			layers := draw(rand.New(rand.NewPCG(seed, 1)), regular)
			answers, models := compareTo(t, layers, questions)
			if len(models) == 0 {
				continue
			}
			for i, a := range answers {
				asked++
				if a.Settled {
					settled++
				} else if regular {
					t.Errorf("seed %d: %s is not settled\n%s", seed, paths[i], describe(layers))
				}
				for name, m := range models {
					if want := m.look(paths[i]); a.Settled && text(a) != want {
						t.Fatalf("seed %d: %s: got %s, want %s as %s has it\n%s", seed, paths[i], text(a), want, name, describe(layers))
					}
				}
			}
		}
		t.Logf("regular %t: %d of %d settled", regular, settled, asked)
		if asked < 50_000 || settled < asked*4/10 {
			t.Errorf("regular %t: no more than %d of %d are settled", regular, settled, asked)
		}
	}
}

// compareTo reads the layers, and returns the models that apply to them.
func compareTo(t *testing.T, layers [][]item, questions []rootfs.Question) ([]rootfs.Answer, map[string]*model) {
	t.Helper()
	var data [][]byte
	for _, list := range layers {
		data = append(data, archive(t, list))
	}
	_, stored := pack(data...)
	answers, err := rootfs.Read(t.Context(), stored, questions)
	if err != nil {
		t.Fatalf("%v\n%s", err, describe(layers))
	}
	models := map[string]*model{}
	if o := overlay(layers); !o.broken && !o.twice {
		models["overlay"] = o
		if p := plain(layers); !p.broken && !p.twice {
			models["plain"] = p
		}
	}
	return answers, models
}

// TestSubsets: other questions change no answer.
func TestSubsets(t *testing.T) {
	paths := everyPath()
	for seed := range uint64(1500) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		layers := draw(rnd, seed%2 == 0)
		if o := overlay(layers); o.twice {
			continue
		}
		var all []rootfs.Question
		for range 4 {
			q := rootfs.Question{Content: rnd.IntN(2) == 0}
			for range 1 + rnd.IntN(3) {
				q.Paths = append(q.Paths, paths[rnd.IntN(len(paths))])
			}
			all = append(all, q)
		}
		want, _ := compareTo(t, layers, all)
		for subset := 1; subset < 1<<len(all)-1; subset++ {
			var some []rootfs.Question
			var same []rootfs.Answer
			for i := range all {
				if subset>>i&1 == 1 {
					some, same = append(some, all[i]), append(same, want[i])
				}
			}
			got, _ := compareTo(t, layers, some)
			for i := range got {
				if text(got[i]) != text(same[i]) || got[i].Path != same[i].Path {
					t.Fatalf("seed %d: %v: got %s alone, %s with others\n%s", seed, some[i], text(got[i]), text(same[i]), describe(layers))
				}
			}
		}
	}
}

// TestOptional: an optional question changes no answer and opens no layer, and
// its own answer, if it has one, is the same as without Optional.
func TestOptional(t *testing.T) {
	paths := everyPath()
	answered, unanswered := 0, 0
	for seed := range uint64(1500) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		layers := draw(rnd, seed%2 == 0)
		if o := overlay(layers); o.twice {
			continue
		}
		var all []rootfs.Question
		for range 4 {
			all = append(all, rootfs.Question{Content: rnd.IntN(2) == 0, Paths: []string{paths[rnd.IntN(len(paths))], paths[rnd.IntN(len(paths))]}})
		}
		want, _ := compareTo(t, layers, all)
		for subset := range 1<<len(all) - 1 {
			var alone []rootfs.Question
			some := slices.Clone(all)
			for i := range some {
				if some[i].Optional = subset>>i&1 == 0; !some[i].Optional {
					alone = append(alone, some[i])
				}
			}
			got, opened := readCounting(t, layers, some)
			if _, few := readCounting(t, layers, alone); opened > few {
				t.Fatalf("seed %d: %d streams opened, %d without the optional questions\n%s", seed, opened, few, describe(layers))
			}
			for i := range got {
				switch {
				case text(got[i]) == text(want[i]) && got[i].Path == want[i].Path:
					answered++
				case some[i].Optional && !got[i].Settled:
					unanswered++
				default:
					t.Fatalf("seed %d: %v: got %s, want %s\n%s", seed, some[i], text(got[i]), text(want[i]), describe(layers))
				}
			}
		}
	}
	if answered < 1000 || unanswered < 1000 {
		t.Errorf("%d answered, %d not: the layers are no test", answered, unanswered)
	}
}

func readCounting(t *testing.T, layers [][]item, questions []rootfs.Question) (answers []rootfs.Answer, opened int) {
	t.Helper()
	var stored []rootfs.Layer
	for _, list := range layers {
		data := archive(t, list)
		stored = append(stored, rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) {
			opened++
			return io.NopCloser(bytes.NewReader(data)), nil
		}})
	}
	answers, err := rootfs.Read(t.Context(), stored, questions)
	if err != nil {
		t.Fatalf("%v\n%s", err, describe(layers))
	}
	return answers, opened
}
