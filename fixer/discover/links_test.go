package discover

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		name string
		tree fstest.MapFS
		dir  string
		o    Options
		want []string
	}{
		{"to a file of another name", tree("Dockerfile=->docker/image", "docker/image"), ".", Options{}, []string{"Dockerfile"}},
		{"to a file that is found", tree("Dockerfile=->b/Dockerfile", "a/Dockerfile.dev=->../Dockerfile", "b/Dockerfile"), ".", Options{}, []string{"b/Dockerfile"}},
		{"two to the same", tree("a/Dockerfile=->../x", "b/Dockerfile=->../a/../x", "x"), ".", Options{}, []string{"a/Dockerfile"}},
		{"to a link", tree("Dockerfile=->a/b", "a/b=->../c", "c=->d/e", "d/e"), ".", Options{}, []string{"Dockerfile"}},
		{"by way of a folder", tree("Dockerfile=->a/b/Dockerfile", "a=->x/y", "x/b/Dockerfile", "x/y/b=->../b"), ".", Options{Exclude: []string{"nothing"}}, []string{"x/b/Dockerfile"}},
		{"the parent of what a link leads to", tree("Dockerfile=->a/../image", "a=->x/y", "x/image", "x/y/z", "image"), ".", Options{Exclude: []string{"/image"}}, []string{"Dockerfile"}},
		{"to a file above the folder", tree("a/Dockerfile=->../x", "x"), "a", Options{}, []string{"a/Dockerfile"}},
		{"to a Dockerfile above the folder", tree("a/Dockerfile=->../Dockerfile", "Dockerfile"), "a", Options{}, []string{"a/Dockerfile"}},
		{"by a name that the text must speak for", tree("Dockerfile.txt=->a", "a=FROM a\n", "Dockerfile.js=->b", "b=1", "Dockerfile.go=->nowhere"), ".", Options{}, []string{"Dockerfile.txt"}},
		{"that is included", tree("x.docker=->a", "y.docker=->nowhere", "a"), ".", Options{Include: []string{"*.docker"}}, []string{"x.docker", "y.docker: a link that leads nowhere"}},
		{"of no Dockerfile's name", tree("x=->nowhere", "y=->Dockerfile", "Dockerfile"), ".", Options{}, []string{"Dockerfile"}},
		{"that is a template", tree("Dockerfile.j2=->x", "x", "Dockerfile.tmpl=->nowhere"), ".", Options{}, []string{"Dockerfile.j2: a template", "Dockerfile.tmpl: a template"}},
		{"to a folder", tree("Dockerfile=->a", "a/Dockerfile", "b=->a", "c/up=->..", "c/here=->."), ".", Options{}, []string{"a/Dockerfile"}},
		{"out of the tree", tree("Dockerfile=->../x", "a/Dockerfile=->../../a/x", "a/x", "b/Dockerfile=->/etc/passwd", "up=->..", "c/Dockerfile=->../up/x"), ".", Options{},
			[]string{"Dockerfile: a link that leads out of the tree", "a/Dockerfile: a link that leads out of the tree", "b/Dockerfile: a link to an absolute path", "c/Dockerfile: a link that leads out of the tree"}},
		{"nowhere and in circles", tree("Dockerfile=->nowhere", "Dockerfile.a=->Dockerfile.b", "Dockerfile.b=->Dockerfile.a", "Dockerfile.q=->Dockerfile.q/x", "x=->x/x", "Dockerfile.d=->x"), ".", Options{},
			[]string{"Dockerfile: a link that leads nowhere", "Dockerfile.a: a link that leads in circles", "Dockerfile.b: a link that leads in circles", "Dockerfile.d: a link that leads in circles", "Dockerfile.q: a link that leads in circles"}},
		{"to what is left out", tree(".gitignore=b/\n*.gen\n", "a/Dockerfile=->../node_modules/x/Dockerfile", "a/Dockerfile.b=->../b/x", "a/Dockerfile.cc1=->../c/x", "a/Dockerfile.d=->../d/e/x", "a/Dockerfile.e=->../e.gen", "b/x", "c/x", "d/e/x", "e.gen", "node_modules/x/Dockerfile"), ".", Options{Exclude: []string{"c/*", "d"}},
			[]string{"a/Dockerfile: a link to a file that is left out", "a/Dockerfile.b: a link to a file that is left out", "a/Dockerfile.cc1: a link to a file that is left out", "a/Dockerfile.d: a link to a file that is left out", "a/Dockerfile.e: a link to a file that is left out"}},
		{"to what is ignored, all the same", tree(".gitignore=b/\n", "Dockerfile=->b/x", "b/x"), ".", Options{NoIgnore: true}, []string{"Dockerfile"}},
		{"inside an ignored and vendored folder", tree(".gitignore=vendor/\n", "vendor/a/Dockerfile=->x", "vendor/a/x", "vendor/a/Dockerfile.b=->../b/x", "vendor/b/x"), "vendor/a", Options{},
			[]string{"vendor/a/Dockerfile", "vendor/a/Dockerfile.b: a link to a file that is left out"}},
		{"to the searched folder", tree("l=->a/b", "a/b/Dockerfile", "a/b/Dockerfile.x=->../../l/Dockerfile", "a/.gitignore=*.dev\n", "a/b/Dockerfile.dev"), "l", Options{}, []string{"a/b/Dockerfile"}},
		{"that is ignored or excluded", tree(".gitignore=*.a\n", "Dockerfile.a=->x", "Dockerfile.b=->x", "x"), ".", Options{Exclude: []string{"*.b"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := found(t, c.tree, c.dir, c.o); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
