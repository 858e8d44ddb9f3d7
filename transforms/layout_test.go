package transforms

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

// maxLines bounds the file of a transform.
const maxLines = 250

// TestLayout checks the layout of the directory: transforms.go and a file for each
// transform, named by its ID, of which other files use only the transform itself, in
// RestsOn. Shared code is in a package below internal/.
func TestLayout(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = string(text)
	}
	for _, v := range misplaced(t, sources, All()) {
		t.Error(v)
	}
}

func TestLayoutIsKept(t *testing.T) {
	const list = "package transforms\nvar All = []any{One, Two}\n"
	one := "package transforms\nvar One = 1\nfunc helper() int { return 1 }\n"
	ids := []*fixer.Transform{{ID: "one"}, {ID: "two"}}
	for _, c := range []struct {
		name    string
		sources map[string]string
		want    string
	}{
		{"in order", map[string]string{"one.go": one, "two.go": "package transforms\nvar Two = 2\nvar _ = One\nfunc own() { helper := 1; _ = helper }\n"}, ""},
		{"another's helper", map[string]string{"one.go": one, "two.go": "package transforms\nvar Two = helper()\n"}, "two.go uses helper of one.go"},
		{"another's method", map[string]string{"one.go": one + "type t struct{}\nfunc (t) m() {}\nvar v t\n", "two.go": "package transforms\nvar Two = 2\nfunc f() { v.m() }\n"}, "two.go uses m of one.go"},
		{"no transform", map[string]string{"one.go": one, "two.go": "package transforms\nvar Two = 2\n", "shared.go": "package transforms\n"}, "shared.go is of no transform"},
		{"too long", map[string]string{"one.go": one, "two.go": "package transforms\nvar Two = 2\n" + strings.Repeat("\n", maxLines)}, "two.go has 252 lines"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.sources["transforms.go"] = list
			if got := strings.Join(misplaced(t, c.sources, ids), "; "); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// misplaced returns all that is not in its place, in the order of the files.
func misplaced(t *testing.T, sources map[string]string, all []*fixer.Transform) (found []string) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for name, text := range sources {
		if lines := strings.Count(text, "\n"); lines > maxLines {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d", name, lines, maxLines))
		}
		id := strings.ReplaceAll(strings.TrimSuffix(name, ".go"), "_", "-")
		if name != "transforms.go" && !slices.ContainsFunc(all, func(tr *fixer.Transform) bool { return tr.ID == id }) {
			found = append(found, name+" is of no transform: what is shared has a package below internal/")
		}
		file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	// Other packages are not loaded: of this one, all names are resolved without them.
	config := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := config.Check("transforms", fset, files, info)
	fileOf := func(pos token.Pos) string { return fset.Position(pos).Filename }
	for id, obj := range info.Uses {
		from, to := fileOf(id.Pos()), fileOf(obj.Pos())
		if obj.Pkg() != pkg || from == to || from == "transforms.go" || isTransform(obj) {
			continue
		}
		found = append(found, fmt.Sprintf("%s uses %s of %s", from, obj.Name(), to))
	}
	slices.SortFunc(found, cmp.Compare)
	return slices.Compact(found)
}

// isTransform reports whether an identifier is a transform: an exported variable.
func isTransform(obj types.Object) bool {
	_, ok := obj.(*types.Var)
	return ok && obj.Exported()
}

// nothing imports no package.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("%s is not loaded", path)
}
