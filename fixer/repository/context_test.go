package repository

import (
	"strings"
	"testing"
)

func TestFindContext(t *testing.T) {
	root := files(map[string]string{
		"package.json": "{}", "src/a.js": "", "a/package.json": "{}", "a/docker/Dockerfile": "", "a/docker/start.sh": "",
		"a/lib/x.jar": "", "b/Dockerfile": "", "b/.dockerignore": "package.json\n", "b/package.json": "{}", "b/c/d/e.txt": "",
		".gitignore": "dist\n*.tgz\n",
	})
	for _, c := range []struct {
		file, sources, want string
		ok                  bool
	}{
		{"a/docker/Dockerfile", "", "a/docker", true},
		{"Dockerfile", "", ".", true},
		{"a/docker/Dockerfile", "start.sh", "a/docker", true},
		{"a/docker/Dockerfile", "package.json", "a", true},
		{"a/docker/Dockerfile", "package.json src", ".", true},
		{"a/docker/Dockerfile", "package*.json lib/*.jar", "a", true},
		{"a/docker/Dockerfile", "l?b/[xy].jar", "a", true},
		{"a/docker/Dockerfile", "*/*/e.txt", "", false}, // b/c/d/e.txt is deeper
		{"b/Dockerfile", "*/*/e.txt", "b", true},
		{"b/Dockerfile", "package.json", ".", true}, // b's own is hidden from a build
		{"a/docker/Dockerfile", "package.json nowhere", "a", false},
		{"a/docker/Dockerfile", "nowhere", "", false},
		{"a/docker/Dockerfile", "dist", "a/docker", true}, // git ignores it: a build makes it
		{"a/docker/Dockerfile", "dist/*.js package.json *.tgz", "a", true},
		{"a/docker/Dockerfile", "*.nothing", "", false},
		{"a/docker/Dockerfile", "[", "", false},
		{"a/docker/Dockerfile", "nowhere*|pack*.json", "a", true},
		{"a/docker/Dockerfile", "nowhere*|nothing*", "", false},
		{"a/docker/Dockerfile", "package.json yarn.lock", "a", true},
		{"a/docker/Dockerfile", "package.json yarn.lock nowhere", "a", false},
		{"a/docker/Dockerfile", "yarn.lock", "", false},
		{"b/c/Dockerfile", "package.json x/yarn.lock src", ".", true},
		{"a/docker/Dockerfile", "lib/x.jar docker/start.sh src nowhere", "a", false},
	} {
		var sources [][]string
		for _, entry := range strings.Fields(c.sources) {
			sources = append(sources, strings.Split(entry, "|"))
		}
		dir, ok := FindContext(root, c.file, sources)
		if dir != c.want || ok != c.ok {
			t.Errorf("%s with %s: %q, %t; want %q, %t", c.file, c.sources, dir, ok, c.want, c.ok)
		}
	}
}
