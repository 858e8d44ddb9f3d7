package stage

import "testing"

// TestDestination: where the image has a file of the context, and files that it has
// nowhere.
func TestDestination(t *testing.T) {
	for _, c := range []struct{ src, name, want string }{
		{"FROM x\nWORKDIR /app\nCOPY . .\n", "server.js", "/app/server.js"},
		{"FROM x\nCOPY . /srv\n", "src/a.js", "/srv/src/a.js"},
		{"FROM x\nCOPY backend/ /app\n", "backend/src/a.js", "/app/src/a.js"},
		{"FROM x\nCOPY backend/ /app\n", "frontend/a.js", ""},
		{"FROM x\nCOPY server.js /app/\n", "server.js", "/app/server.js"},
		{"FROM x\nCOPY server.js /app\n", "server.js", "/app/server.js"},
		{"FROM x\nCOPY server.js /app/main.js\n", "server.js", "/app/main.js"},
		{"FROM x\nCOPY .env.example /app/.env\n", ".env.example", "/app/.env"},
		{"FROM x\nCOPY site.conf /etc/nginx/conf.d\n", "site.conf", "/etc/nginx/conf.d/site.conf"},
		{"FROM x\nCOPY *.js /app/\n", "a.js", "/app/a.js"},
		{"FROM x\nCOPY *.js /app/\n", "lib/a.js", ""},
		{"FROM x\nCOPY pack*/src /app/\n", "packages/src/a/b.js", "/app/a/b.js"},
		{"FROM x\nCOPY $SRC /app/\n", "a.js", ""},
		{"FROM x AS build\nWORKDIR /build\nCOPY . .\nFROM x\nCOPY --from=build /build/src /app/\n", "src/a.js", "/app/a.js"},
		{"FROM x AS build\nWORKDIR /build\nCOPY . .\nFROM x\nCOPY --from=build /build/dist /app/\n", "src/a.js", ""},
		{"FROM x\nCOPY --from=other/image /build /app/\n", "src/a.js", ""},
		{"FROM x\nCOPY . /a\nCOPY . /b\n", "a.js", "/b/a.js"},
	} {
		nodes := resolve(t, c.src, Options{}).Nodes
		if got, ok := nodes[len(nodes)-1].Eval(nil).Destination(c.name); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v, want %q, in\n%s", c.name, got, ok, c.want, c.src)
		}
	}
}
