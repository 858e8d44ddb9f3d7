package rootfs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

// many returns n layers with the same entries.
func many(n int, spec string) []string { return slices.Repeat([]string{spec}, n) }

// chainOf returns n links, l0 to l1 and so on, the last to a file.
func chainOf(n int) string {
	var b strings.Builder
	for i := range n {
		target := "l" + strings.Repeat("x", i+1)
		if i == n-1 {
			target = "file"
		}
		b.WriteString("l" + strings.Repeat("x", i) + " -> " + target + ";")
	}
	return b.String() + "file=found"
}

func TestRead(t *testing.T) {
	const deb = "bin -> usr/bin; etc/; usr/; usr/bin/; usr/bin/sh=sh 0755; usr/lib/; etc/passwd=old; etc/os-release -> ../usr/lib/os-release; usr/lib/os-release=debian"
	for _, tt := range []struct {
		name   string
		layers []string // oldest first
		paths  string
		want   string
	}{
		// one layer
		{"no layer", nil, "/etc/passwd", "-"},
		{"no layer, the root", nil, "/", "/ drwxr-xr-x"},
		{"root", []string{"./ 0711"}, "/", "/ drwx--x--x"},
		{"root that is only implied", []string{"a/"}, "/.", "/ drwxr-xr-x"},
		{"file", []string{deb}, "/etc/passwd", "/etc/passwd -rw-r--r-- =old"},
		{"empty file", []string{"a="}, "/a", "/a -rw-r--r-- ="},
		{"nothing", []string{deb}, "/etc/shadow", "-"},
		{"directory", []string{deb}, "/etc", "/etc drwxr-xr-x"},
		{"device", []string{"dev/; dev/null % 0666"}, "/dev/null", "/dev/null Dcrw-rw-rw-"},
		{"sticky", []string{"tmp/ 01777"}, "/tmp", "/tmp dtrwxrwxrwx"},
		{"set user and group", []string{"su=x 06755"}, "/su", "/su ugrwxr-xr-x =x"},
		{"capabilities", []string{"ping=x 0755 capable"}, "/ping", "/ping -rwxr-xr-x =x capable"},
		{"capabilities by links", []string{"ping=x 0755 capable; p => ping; q -> p"}, "/q", "/p -rwxr-xr-x =x capable"},
		{"capabilities that a later layer has not", []string{"ping=x 0755 capable", "ping=y 0755"}, "/ping", "/ping -rwxr-xr-x =y"},
		{"capabilities of the file before", []string{"ping=x 0755 capable; ping=y 0755"}, "/c,/ping", "/ping -rwxr-xr-x =y"},
		{"below a file", []string{deb}, "/etc/passwd/x", "-"},
		{"first that exists", []string{deb}, "/bin/bash,/bin/sh,/etc/passwd", "/usr/bin/sh -rwxr-xr-x =sh"},
		{"first of two", []string{deb}, "/etc/passwd,/bin/sh", "/etc/passwd -rw-r--r-- =old"},
		{"path that isn't clean", []string{deb}, "//etc/./../etc/passwd/", "/etc/passwd -rw-r--r-- =old"},
		{"names with a dot and slashes", []string{"./etc/; ./etc/passwd=a"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =a"},
		{"names from the root", []string{"/etc/; /etc/passwd=a"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =a"},
		{"names that leave the root", []string{"../../etc/passwd=a"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =a"},
		{"names with dots inside", []string{"etc/x/../passwd=a"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =a"},
		{"file before its directory", []string{"etc/passwd=a; etc/ 0700"}, "/etc", "/etc drwx------"},
		{"directory without an entry", []string{"etc/passwd=a"}, "/etc", "/etc drwxr-xr-x"},
		{"long names", []string{strings.Repeat("long/", 60) + "a=b"}, "/" + strings.Repeat("long/", 60) + "a", "/" + strings.Repeat("long/", 60) + "a -rw-r--r-- =b"},
		{"the first of two, settled by it", []string{"a=1; a=2 0600"}, "/a", "/a -rw-r--r-- =1"},
		{"the later of two, at the end", []string{"a=1; a=2 0600"}, "/c,/a", "/a -rw------- =2"},
		{"the later of two links", []string{"a -> b; a -> c; b=b; c=c"}, "/x,/a", "/c -rw-r--r-- =c"},

		// layers
		{"upper file", []string{deb, "etc/; etc/passwd=new"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =new"},
		{"lower file", []string{deb, "app/; app/x="}, "/etc/passwd", "/etc/passwd -rw-r--r-- =old"},
		{"mode of the upper directory", []string{deb, "etc/ 0700"}, "/etc", "/etc drwx------"},
		{"mode of the lower directory", []string{"etc/ 0700", "etc/x="}, "/etc", "/etc drwx------"},
		{"file over directory", []string{deb, "etc=x"}, "/etc/passwd", "-"},
		{"directory over file", []string{"a=x", "a/; a/b=y"}, "/a/b", "/a/b -rw-r--r-- =y"},
		{"directory over file over directory", []string{"a/; a/c=z", "a=x", "a/; a/b=y"}, "/a/c", "-"},
		{"directory over link", []string{deb, "bin/; bin/foo=x"}, "/bin/sh", "-"},
		{"directory over link, its own", []string{deb, "bin/; bin/foo=x"}, "/bin/foo", "/bin/foo -rw-r--r-- =x"},
		{"link over directory", []string{"a/; a/x=1; b/; b/x=2", "a -> b"}, "/a/x", "/b/x -rw-r--r-- =2"},
		{"device 0:0 is a device", []string{deb, "etc/; etc/passwd % 0"}, "/etc/passwd", "/etc/passwd Dc---------"},

		// whiteouts
		{"whiteout", []string{deb, "etc/; etc/.wh.passwd="}, "/etc/passwd", "-"},
		{"whiteout of a directory", []string{deb, ".wh.etc="}, "/etc/passwd", "-"},
		{"whiteout before its file", []string{deb, "etc/; etc/.wh.passwd=; etc/passwd=new"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =new"},
		{"whiteout after its file", []string{deb, "etc/; etc/passwd=new; etc/.wh.passwd="}, "/etc/passwd", "/etc/passwd -rw-r--r-- =new"},
		{"whiteout of a directory that is new", []string{deb, ".wh.etc=; etc/; etc/x="}, "/etc/passwd", "-"},
		{"whiteout of a directory, after the new one", []string{deb, "etc/; etc/x=1; .wh.etc="}, "/etc/x", "/etc/x -rw-r--r-- =1"},
		{"whiteout of something below", []string{deb, "etc/; etc/.wh.passwd=", "etc/; etc/passwd=new"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =new"},
		{"whiteout is no file", []string{deb, "etc/; etc/.wh.passwd="}, "/etc/.wh.passwd", "-"},
		{"whiteout as a directory", []string{deb, "etc/; etc/.wh.passwd/; etc/.wh.passwd/x=1"}, "/etc/passwd", "-"},
		{"whiteout of no name", []string{deb, "etc/; etc/.wh.=; .wh..=; .wh...="}, "/etc/passwd", "/etc/passwd -rw-r--r-- =old"},
		{"aufs metadata", []string{deb, ".wh..wh.plnk/; .wh..wh.plnk/12=x; .wh..wh.aufs=; .wh..wh.orph/"}, "/.wh..wh.plnk/12,/.wh.plnk,/plnk", "-"},
		{"opaque directory", []string{deb, "etc/; etc/.wh..wh..opq="}, "/etc/passwd", "-"},
		{"opaque directory itself", []string{deb, "etc/ 0700; etc/.wh..wh..opq="}, "/etc", "/etc drwx------"},
		{"opaque directory, its own", []string{deb, "etc/; etc/.wh..wh..opq=; etc/passwd=new"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =new"},
		{"opaque directory, marked last", []string{deb, "etc/; etc/passwd=new; etc/.wh..wh..opq="}, "/etc/passwd,/etc/os-release", "/etc/passwd -rw-r--r-- =new"},
		{"opaque root", []string{deb, "./; .wh..wh..opq=; x="}, "/etc", "-"},
		{"opaque above", []string{deb, "usr/; usr/.wh..wh..opq=; usr/lib/"}, "/usr/lib/os-release", "-"},

		// symbolic links
		{"usrmerge", []string{deb}, "/bin/sh", "/usr/bin/sh -rwxr-xr-x =sh"},
		{"relative", []string{deb}, "/etc/os-release", "/usr/lib/os-release -rw-r--r-- =debian"},
		{"busybox", []string{"bin/; bin/busybox=bb 0755; bin/sh -> /bin/busybox"}, "/bin/sh", "/bin/busybox -rwxr-xr-x =bb"},
		{"links across layers", []string{deb, "usr/; usr/lib/; usr/lib/os-release=derived"}, "/etc/os-release", "/usr/lib/os-release -rw-r--r-- =derived"},
		{"through two links", []string{"a -> b; b -> c; c/; c/x=1"}, "/a/x", "/c/x -rw-r--r-- =1"},
		{"above the root", []string{"a/; a/l -> ../../../../f; f=1"}, "/a/l", "/f -rw-r--r-- =1"},
		{"dots after a link", []string{"a -> b/c; b/; b/c/; b/f=1; l -> a/../f"}, "/l", "/b/f -rw-r--r-- =1"},
		{"dots after nothing", []string{"l -> nothing/../f; f=1"}, "/l", "-"},
		{"dots after a file", []string{"l -> f/../f; f=1"}, "/l", "-"},
		{"slash after a file", []string{"l -> f/; f=1"}, "/l", "-"},
		{"slash after a directory", []string{"l -> d/; d/"}, "/l", "/d drwxr-xr-x"},
		{"dangling", []string{"a -> b"}, "/a", "-"},
		{"cycle", []string{"a -> b; b -> a"}, "/a", "-"},
		{"to itself", []string{"a -> a/x"}, "/a/y", "-"},
		{"40 links", []string{chainOf(40)}, "/l", "/file -rw-r--r-- =found"},
		{"41 links", []string{chainOf(41)}, "/l", "-"},
		{"target is gone", []string{deb, "usr/; usr/lib/; usr/lib/.wh.os-release="}, "/etc/os-release", "-"},

		// hard links
		{"hard link", []string{"a=x 0755; b => a"}, "/b", "/b -rwxr-xr-x =x"},
		{"hard link before its target", []string{"b => a; a=x 0755"}, "/b", "/b -rwxr-xr-x =x"},
		{"hard link to a hard link", []string{"c => ./b; b => /a; a=x"}, "/c", "/c -rw-r--r-- =x"},
		{"hard link to a symbolic link", []string{"d/; d/f=1; d/l -> f; e/; e/l => d/l; e/f=2"}, "/e/l", "/e/f -rw-r--r-- =2"},
		{"hard link through a link", []string{"u/; u/b/; b -> u/b; u/b/f=1; g => b/f"}, "/g", "/g -rw-r--r-- =1"},
		{"hard link, the target replaced above", []string{"a=x; b => a", "a=y"}, "/b", "/b -rw-r--r-- =x"},
		{"hard link, the target removed above", []string{"a=x; b => a", ".wh.a="}, "/b", "/b -rw-r--r-- =x"},
		{"hard link to a lower layer", []string{"a=x", "b => a"}, "/b", "?"},
		{"hard link to nothing", []string{"b => a"}, "/b", "?"},
		{"hard link to a directory", []string{"a/; b => a"}, "/b", "?"},
		{"hard links in a circle", []string{"a => b; b => a"}, "/a", "?"},
		{"hard link to itself", []string{"a => a"}, "/a", "?"},

		// directories that are only implied
		{"implied over directory", []string{deb, "etc/foo="}, "/etc/passwd", "/etc/passwd -rw-r--r-- =old"},
		{"implied over directory, its own", []string{deb, "etc/passwd=new"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =new"},
		{"implied over nothing", []string{deb, "app/x=1"}, "/app/x", "/app/x -rw-r--r-- =1"},
		{"implied over link", []string{deb, "bin/foo=x"}, "/bin/foo", "?"},
		{"implied over link, where it leads", []string{deb, "bin/foo=x"}, "/usr/bin/foo", "?"},
		{"implied over link, another file", []string{deb, "bin/foo=x"}, "/bin/sh", "?"},
		{"implied over link, elsewhere", []string{deb, "bin/foo=x"}, "/etc/passwd", "/etc/passwd -rw-r--r-- =old"},
		{"implied over link, the name elsewhere", []string{deb, "bin/passwd=x"}, "/etc/passwd", "?"},
		{"implied over link, whiteout", []string{deb, "bin/.wh.sh="}, "/usr/bin/sh", "?"},
		{"implied over link, opaque", []string{deb, "bin/.wh..wh..opq="}, "/usr/bin/sh", "?"},
		{"implied over link that is gone", []string{deb, ".wh.bin=", "bin/foo=x"}, "/bin/foo", "/bin/foo -rw-r--r-- =x"},
		{"implied over link that isn't one any more", []string{deb, "bin/", "bin/foo=x"}, "/bin/foo", "/bin/foo -rw-r--r-- =x"},
		{"implied between", []string{deb, "bin/foo=x", "bin/; bin/bar=y"}, "/bin/bar", "/bin/bar -rw-r--r-- =y"},
		{"implied over link, two up", []string{deb, "bin/a/foo=x", "bin/; bin/a/; bin/a/bar=y"}, "/bin/a/foo", "?"},
		{"implied over file", []string{"a=x", "a/b=y"}, "/a/b", "?"},
		{"missing while a directory is implied", []string{"x -> y", "x/foo="}, "/y", "?"},

		// below a link of the same layer
		{"below a link", []string{"usr/; usr/bin/; bin -> usr/bin; bin/foo=x"}, "/usr/bin/foo", "/usr/bin/foo -rw-r--r-- =x"},
		{"below a link, by the link", []string{"usr/; usr/bin/; bin -> /usr/bin; bin/foo=x"}, "/bin/foo", "/usr/bin/foo -rw-r--r-- =x"},
		{"below a link to nothing", []string{"bin -> usr/bin; bin/foo=x"}, "/usr/bin/foo", "/usr/bin/foo -rw-r--r-- =x"},
		{"below a link, before it", []string{"bin/foo=x; bin -> usr/bin"}, "/bin/foo", "?"},
		{"below a cycle", []string{"a -> b; b -> a; a/x=1"}, "/z,/a/x", "?"},
		{"below a file, in one layer", []string{"a=x; a/b=y"}, "/z,/a/b", "?"},
		{"file, then directory", []string{"a=x; a/; a/b=y"}, "/z,/a/b", "?"},

		{"many layers", many(127, deb), "/bin/sh", "/usr/bin/sh -rwxr-xr-x =sh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			blobs, layers := image(t, tt.layers...)
			answers, err := rootfs.Read(t.Context(), layers, []rootfs.Question{ask(tt.paths)})
			if err != nil {
				t.Fatal(err)
			}
			if got := text(answers[0]); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			for i, b := range blobs {
				if b.opened != b.closed || b.opened > 2 {
					t.Errorf("layer %d: opened %d times, closed %d times", i+1, b.opened, b.closed)
				}
			}
		})
	}
}

// TestPath: an answer has the path as in the question, and content only on request.
func TestPath(t *testing.T) {
	_, layers := image(t, "bin -> usr/bin; usr/; usr/bin/; usr/bin/sh=sh 0755")
	answers, err := rootfs.Read(t.Context(), layers, []rootfs.Question{
		{Paths: []string{"/bin/bash", "/bin//sh"}},
		{Paths: []string{"/bin"}, Content: true},
		{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := answers[0]; a.Path != "/bin//sh" || a.Target != "/usr/bin/sh" || a.Mode != 0o755 || a.Data != nil {
		t.Errorf("%+v", a)
	}
	if a := answers[1]; a.Path != "/bin" || a.Target != "/usr/bin" || !a.Mode.IsDir() || a.Data != nil {
		t.Errorf("%+v", a)
	}
	if a := answers[2]; !a.Settled || a.Path != "" {
		t.Errorf("no path: %+v", a)
	}
}

// TestStops counts which layers are read for an answer, and how often.
func TestStops(t *testing.T) {
	for _, tt := range []struct {
		layers []string
		paths  string
		opened []int // per layer, oldest first
	}{
		{[]string{"a=1", "b=2", "c=3"}, "/c", []int{0, 0, 1}},
		{[]string{"a=1", "b=2", "c=3"}, "/b", []int{0, 1, 1}},
		{[]string{"a=1", "b=2", "c=3"}, "/d", []int{1, 1, 1}},
		{[]string{"a=1", "b=2", "c=3"}, "/", []int{1, 1, 1}},
		{[]string{"a=1", "b=2", "./"}, "/", []int{0, 0, 1}},
		{[]string{"a=1", ".wh.a=", "c=3"}, "/a", []int{0, 1, 1}},
		{[]string{"a/", "a=1", "c=3"}, "/a/x", []int{0, 1, 1}},
		{[]string{"a/; a/x=", "a/; a/.wh..wh..opq="}, "/a/x", []int{0, 1}},
		{[]string{"a=1", "./; .wh..wh..opq="}, "/a", []int{0, 1}},
		{[]string{"a=1", "b -> c; c=1"}, "/b", []int{0, 1}},
		{[]string{"a=1", "b -> b"}, "/b", []int{0, 1}},
		// implied: the directory may be a link further down
		{[]string{"a=1", "etc/; x=1", "etc/passwd=1"}, "/etc/passwd", []int{0, 1, 1}},
		{[]string{"a=1", ".wh.etc=", "etc/passwd=1"}, "/etc/passwd", []int{0, 1, 1}},
		{[]string{"a=1", "x=1", "etc/passwd=1"}, "/etc/passwd", []int{1, 1, 1}},
		{[]string{"a=1", "etc/; etc/passwd=1", "app/x=1"}, "/etc/passwd", []int{0, 1, 1}},
		{[]string{"a=1", "etc/; etc/passwd=1", "app/passwd=1"}, "/etc/passwd", []int{1, 1, 1}},
		{[]string{"a=1", "etc/; etc/passwd=1", "app/.wh..wh..opq="}, "/etc/passwd", []int{1, 1, 1}},
		{[]string{"a=1", ".wh.b=", "app/x="}, "/b", []int{1, 1, 1}},
		// content: kept, and read again
		{[]string{"a=1; z=2"}, "/b,/a", []int{1}},
		{[]string{"a=1; z=2; b -> a"}, "/b", []int{2}},
		{[]string{"x=", "a=1; z=2; b => a"}, "/b", []int{0, 2}},
		{[]string{"x=", "a=1; z=2; b -> a"}, "/b,/x", []int{0, 2}},
		// nothing more can be found
		{[]string{"a=1", "b=1; b/c=1; d=1", "c=3"}, "/d", []int{0, 1, 1}},
		{[]string{"a=1", "bin -> b", "bin/a=3"}, "/bin/a", []int{0, 1, 1}},
	} {
		blobs, layers := image(t, tt.layers...)
		if _, err := rootfs.Read(t.Context(), layers, []rootfs.Question{ask(tt.paths)}); err != nil {
			t.Fatal(err)
		}
		var opened []int
		for _, b := range blobs {
			opened = append(opened, b.opened)
		}
		if !slices.Equal(opened, tt.opened) {
			t.Errorf("%q: %s: opened %v, want %v", tt.layers, tt.paths, opened, tt.opened)
		}
	}
}

// TestNoQuestion: without a question nothing is opened.
func TestNoQuestion(t *testing.T) {
	blobs, layers := image(t, "a=1")
	answers, err := rootfs.Read(t.Context(), layers, nil)
	if err != nil || len(answers) != 0 || blobs[0].opened != 0 {
		t.Errorf("%v, %v, opened %d times", answers, err, blobs[0].opened)
	}
}
