package workload

import (
	"strings"
	"testing"
)

// TestOwnDirectories: programs whose writes lie in known directories, and settings that
// move them.
func TestOwnDirectories(t *testing.T) {
	const dist = `{"compilerOptions": {"outDir": "./dist", "incremental": true}}`
	for _, c := range []struct {
		name, command string
		files         []string
		want          string
	}{
		{"next", "next start", nil, "/app/.next"},
		{"next, in development", "next dev", nil, "/app/.next"},
		{"a build of next", "next build", nil, ""},
		{"next with another directory", "next start", []string{"next.config.ts", "export default { distDir: 'out' }"}, ""},
		{"next with other settings", "next start", []string{"next.config.js", "module.exports = { output: 'standalone' }"}, "/app/.next"},
		{"vite", "vite --host", nil, "/app/node_modules/.vite /app/node_modules/.vite-temp"},
		{"vite with another directory", "vite", []string{"vite.config.ts", "export default { cacheDir: '.cache' }"}, ""},
		{"vite with another configuration", "vite --config x.js", nil, ""},
		{"a build of vite", "vite build", nil, ""},
		{"react-scripts", "react-scripts start", nil, "/app/node_modules/.cache"},
		{"a build of it", "react-scripts build", nil, ""},
		{"nest", "nest start", []string{"tsconfig.json", dist, "tsconfig.build.json", `{"extends": "./tsconfig.json"}`}, "/app/dist"},
		{"nest without settings", "nest start", nil, ""},
		{"nest with settings from elsewhere", "nest start", []string{"tsconfig.json", dist, "tsconfig.build.json", `{"extends": "../base.json"}`}, ""},
		{"nest with a root", "nest start", []string{"tsconfig.json", strings.Replace(dist, "{\"out", "{\"rootDir\": \"src\", \"out", 1)}, ""},
		{"nest with another directory", "nest start", []string{"tsconfig.json", strings.Replace(dist, "./dist", "../dist", 1)}, ""},
		{"another program", "node server.js", nil, ""},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD "+c.command+"\n", files(append(c.files, "x.js", "1")...))
		var got []string
		w.Start().All(func(c *Command) bool {
			got = append(got, w.OwnDirectories(c)...)
			return true
		})
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}
