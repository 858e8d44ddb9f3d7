package workload

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// nodeBase is the known facts of the base image in these tests.
var nodeBase = &baseimage.Facts{Config: &baseimage.Config{
	Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NODE_VERSION=20.9.0"},
	Entrypoint: []string{"docker-entrypoint.sh"}, Cmd: []string{"node"},
}}

// of returns the workload of the last stage of a Dockerfile.
func of(t testing.TB, src string, context fs.FS) *Workload {
	t.Helper()
	return on(t, nodeBase, src, context)
}

// on is of on a base image.
func on(t testing.TB, base *baseimage.Facts, src string, context fs.FS) *Workload {
	t.Helper()
	f, err := dockerfile.Parse("Dockerfile", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	g, err := stage.Resolve(f, stage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	run := g.Nodes[len(g.Nodes)-1].Eval(base)
	return Of(Input{Run: run, Context: context, Ask: func(baseimage.Ask) (*baseimage.Facts, error) { return base, nil }})
}

// files returns a context of names and texts.
func files(list ...string) fs.FS {
	context := fstest.MapFS{}
	for i := 0; i < len(list); i += 2 {
		context[list[i]] = &fstest.MapFile{Data: []byte(list[i+1]), Mode: 0o755}
	}
	return context
}

// outline returns a start as tests compare it: a line for each command, indented by
// what runs it, with its directory where that is not /app.
func outline(s *Script) string {
	if s == nil {
		return "unreadable\n"
	}
	var b strings.Builder
	var show func(s *Script, indent string)
	show = func(s *Script, indent string) {
		for _, c := range s.Commands {
			b.WriteString(indent + c.Name)
			if c.Name == "" {
				b.WriteString(c.Program.Raw)
			}
			for _, a := range c.Args {
				text := a.Text
				if !a.Known {
					text = a.Raw
				}
				b.WriteString(" " + text)
			}
			if c.Dir != "/app" {
				fmt.Fprintf(&b, " @%s", c.Dir)
			}
			if c.Unread != "" {
				fmt.Fprintf(&b, " !%s", c.Unread)
			}
			if c.Unfollowed != "" {
				fmt.Fprintf(&b, " ?%s", c.Unfollowed)
			}
			b.WriteString("\n")
			for _, inner := range c.Runs {
				show(inner, indent+"  ")
			}
		}
	}
	show(s, "")
	return b.String()
}

// TestStart: the start is followed to its end, each command in its directory.
func TestStart(t *testing.T) {
	const head = "FROM node:20\nWORKDIR /app\nCOPY . .\n"
	for name, c := range map[string]struct {
		src     string
		context fs.FS
		want    string
	}{
		"base's own":        {"FROM node:20\nWORKDIR /app\n", files(), "docker-entrypoint.sh node\nnode\n"},
		"exec form":         {head + `CMD ["node", "a.js"]`, files(), "docker-entrypoint.sh node a.js\nnode a.js\n"},
		"entrypoint alone":  {head + `ENTRYPOINT ["node", "a.js"]`, files(), "node a.js\n"},
		"init":              {head + `ENTRYPOINT ["tini", "--"]` + "\nCMD node a.js", files(), "tini -- /bin/sh -c node a.js\nsh -c node a.js\nnode a.js\nsh -c node a.js\nnode a.js\n"},
		"ignored CMD":       {head + `CMD ["x"]` + "\nENTRYPOINT exec node a.js", files(), "sh -c exec node a.js\nexec node a.js\nnode a.js\n"},
		"other SHELL":       {head + `SHELL ["pwsh", "-c"]` + "\nCMD x", files(), "unreadable\n"},
		"no shell's syntax": {head + "CMD x 'y", files(), "unreadable\n"},
		"npm start": {head + `CMD ["npm", "start"]`, files("package.json", `{"scripts": {"start": "node a.js", "prestart": "tsc"}}`),
			"docker-entrypoint.sh npm start\nnpm start\n  tsc\n  node a.js\n"},
		"another directory": {head + "CMD cd web && npm start", files("package.json", `{"scripts": {"start": "supervisord"}}`, "web/package.json", `{"scripts": {"start": "node b.js"}}`),
			"docker-entrypoint.sh /bin/sh -c cd web && npm start\nsh -c cd web && npm start\ncd web\nnpm start @/app/web\n  node b.js @/app/web\n"},
		"--prefix": {head + `CMD ["npm", "--prefix=web", "start"]`, files("web/package.json", `{"scripts": {"start": "node b.js"}}`),
			"docker-entrypoint.sh npm --prefix=web start\nnpm --prefix=web start\n  node b.js @/app/web\n"},
		"workspace": {head + `CMD ["npm", "start", "--workspace=@x/web"]`, files("package.json", `{"workspaces": ["packages/*"]}`, "packages/a/package.json", `{"name": "@x/web", "scripts": {"start": "node w.js"}}`),
			"docker-entrypoint.sh npm start --workspace=@x/web\nnpm start --workspace=@x/web\n  node w.js @/app/packages/a\n"},
		"workspace by variable": {head + "ENV npm_config_workspace=packages/a\n" + `CMD ["npm", "start"]`, files("package.json", `{"workspaces": {"packages": ["packages/*"]}}`, "packages/a/package.json", `{"name": "web", "scripts": {"start": "node w.js"}}`),
			"docker-entrypoint.sh npm start\nnpm start\n  node w.js @/app/packages/a\n"},
		"pnpm filter": {head + `CMD ["pnpm", "--filter=web", "start"]`, files("package.json", `{}`, "pnpm-workspace.yaml", "packages:\n  - 'apps/*'\n", "apps/web/package.json", `{"name": "@x/web", "scripts": {"start": "next start"}}`),
			"docker-entrypoint.sh pnpm --filter=web start\npnpm --filter=web start\n  next start @/app/apps/web\n"},
		"unknown workspace": {head + `CMD ["npm", "start", "-w", "nope"]`, files("package.json", `{"workspaces": ["a"]}`),
			"docker-entrypoint.sh npm start -w nope\nnpm start -w nope ?what npm starts is not followed: no package of it is called nope\n"},
		"npm's default":  {head + `CMD ["npm", "start"]`, files("package.json", `{}`), "docker-entrypoint.sh npm start\nnpm start\n  node server.js\n"},
		"yarn's program": {head + `CMD ["yarn", "vite", "preview"]`, files("package.json", `{}`), "docker-entrypoint.sh yarn vite preview\nyarn vite preview\n  vite preview\n"},
		"arguments": {head + `ENTRYPOINT ["./e.sh"]` + "\n" + `CMD ["npm", "start"]`, files("e.sh", "#!/bin/sh\ncd web\nexec \"$@\"\n", "web/package.json", `{"scripts": {"start": "node b.js"}}`),
			"e.sh npm start\n  cd web\n  exec \"$@\" @/app/web\n  \"$@\" @/app/web\n    npm start @/app/web\n      node b.js @/app/web\n"},
		"gosu": {head + `ENTRYPOINT ["./e.sh"]` + "\n" + `CMD ["node", "a.js"]`, files("e.sh", "#!/bin/bash\nexec gosu node \"$@\"\n"),
			"e.sh node a.js\n  exec gosu node \"$@\"\n  gosu node \"$@\"\n  \"$@\"\n    node a.js\n"},
		"bash FILE":              {head + `CMD ["bash", "-e", "run.sh"]`, files("run.sh", "node a.js\n"), "docker-entrypoint.sh bash -e run.sh\nbash -e run.sh\n  node a.js\n"},
		"a script of no context": {"FROM node:20\nWORKDIR /app\nCOPY --from=x /e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]", files(), "e.sh @/app !it starts through /e.sh, which can't be read from here\n"},
		"endless scripts":        {head + `CMD ["npm", "start"]`, files("package.json", `{"scripts": {"start": "npm run a", "a": "npm start"}}`), "docker-entrypoint.sh npm start\nnpm start\n  npm run a\n    npm start\n"},
		"several": {head + `CMD ["concurrently", "-n", "a,b", "npm:a", "node b.js"]`, files("package.json", `{"scripts": {"a": "node a.js"}}`),
			"docker-entrypoint.sh concurrently -n a,b npm:a node b.js\nconcurrently -n a,b npm:a node b.js\n  node a.js\n  node b.js\n"},
		"run-p": {head + `CMD ["run-p", "a", "b"]`, files("package.json", `{"scripts": {"a": "node a.js", "b": "sh x.sh"}}`, "x.sh", "node x.js"),
			"docker-entrypoint.sh run-p a b\nrun-p a b\n  node a.js\n  sh x.sh\n    node x.js\n"},
		"nodemon, in words": {head + `CMD ["nodemon", "--watch", ".", "--exec", "npm", "run", "dev"]`, files("package.json", `{"scripts": {"dev": "next dev"}}`),
			"docker-entrypoint.sh nodemon --watch . --exec npm run dev\nnodemon --watch . --exec npm run dev\n  npm run dev\n    next dev\n"},
		"nodemon, with its options": {head + `CMD ["nodemon", "--exec", "ts-node", "-e", "ts", "x.ts"]`, files(), "docker-entrypoint.sh nodemon --exec ts-node -e ts x.ts\nnodemon --exec ts-node -e ts x.ts\n  ts-node x.ts\n"},
		"nodemon":                   {head + `CMD ["nodemon", "--exec", "ts-node x.ts"]`, files(), "docker-entrypoint.sh nodemon --exec ts-node x.ts\nnodemon --exec ts-node x.ts\n  ts-node x.ts\n"},
		"Procfile":                  {head + `CMD ["nf", "start"]`, files("Procfile", "web: node web.js\nworker: node worker.js\n"), "docker-entrypoint.sh nf start\nnf start\n  node web.js\n  node worker.js\n"},
		"pm2": {head + `CMD ["pm2-runtime", "ecosystem.config.js"]`, files("ecosystem.config.js", "module.exports = {apps: [{name: 'x', script: 'dist/main.js'}]}"),
			"docker-entrypoint.sh pm2-runtime ecosystem.config.js\npm2-runtime ecosystem.config.js\n  main.js\n"},
		"turbo": {head + `CMD ["turbo", "run", "start"]`, files(), "docker-entrypoint.sh turbo run start\nturbo run start ?what turbo starts is not followed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(outline(of(t, c.src, c.context).Start()), " @/app\n", "\n")
			if want := strings.ReplaceAll(c.want, " @/app ", " "); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestUnreadScript: what is not known names a command that exists.
func TestUnreadScript(t *testing.T) {
	for cmd, want := range map[string]string{
		`["npm", "start"]`:                          "npm start",
		`["npm", "run", "start"]`:                   "npm start",
		`["npm", "run", "preview"]`:                 "npm run preview",
		`["npm", "run-script", "preview"]`:          "npm run preview",
		`["bun", "preview"]`:                        "bun run preview",
		`["yarn", "run", "preview"]`:                "yarn preview",
		`["pnpm", "preview"]`:                       "pnpm preview",
		`["pnpm", "run", "deploy"]`:                 "pnpm run deploy",
		`["run-s", "preview"]`:                      "run-s preview",
		`["concurrently", "npm:preview", "node x"]`: "npm run preview",
	} {
		got := ""
		of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD "+cmd, files("package.json", "[")).Start().All(func(c *Command) bool {
			got += c.Unfollowed
			return true
		})
		if want := "what " + want + " runs is not known, package.json can't be read"; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", cmd, got, want)
		}
	}
}

// TestLookup: a program is the first of that name in PATH that a COPY brings.
func TestLookup(t *testing.T) {
	w := of(t, "FROM a\nWORKDIR /app\nENV PATH=/opt/bin:$PATH\nCOPY start.sh /opt/bin/go\nCOPY start.sh .\n", files("start.sh", ""))
	for program, want := range map[string]string{"go": "/opt/bin/go", "./start.sh": "/app/start.sh", "/x/y": "/x/y", "nosuch": ""} {
		if got := w.Lookup(program, "/app"); got != want {
			t.Errorf("%s: %q, want %q", program, got, want)
		}
	}
}

// TestInheritedEntrypoint: the base's own entrypoint is another program only where
// a COPY into an earlier directory of PATH may bring one of its name.
func TestInheritedEntrypoint(t *testing.T) {
	const build = "FROM node:20 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
	for src, copied := range map[string]bool{
		build + "FROM node:20\nENV PATH=/app/node_modules/.bin:$PATH\nCOPY --from=build /app/node_modules /app/node_modules\n": false,
		build + "FROM node:20\nENV PATH=/app/bin:$PATH\nCOPY --from=build /app /app\n":                                         false,
		build + "RUN cp x bin/docker-entrypoint.sh\nFROM node:20\nENV PATH=/app/bin:$PATH\nCOPY --from=build /app /app\n":      true,
		"FROM node:20\nCOPY docker-entrypoint.sh /usr/bin/\n":                                                                  false,
		"FROM node:20\nCOPY docker-entrypoint.sh /usr/local/bin/\n":                                                            true,
	} {
		w := of(t, src, files("docker-entrypoint.sh", "#!/bin/sh\n", "package.json", "{}"))
		if got := w.Lookup("docker-entrypoint.sh", "/app") != ""; got != copied {
			t.Errorf("copied %v, want %v:\n%s", got, copied, src)
		}
	}
}

// TestHostileStart: an endless start is bounded.
func TestHostileStart(t *testing.T) {
	wide := `{"scripts": {"start": "npm run a0`
	for i := range 60 {
		wide += fmt.Sprintf(" && npm run a%d", i)
	}
	wide += `"`
	for i := range 60 {
		wide += fmt.Sprintf(`, "a%d": "npm run a%d && npm run a%d && npm start"`, i, (i+1)%60, (i+7)%60)
	}
	for name, context := range map[string]fs.FS{
		"scripts":   files("package.json", wide+"}}"),
		"depth":     files("package.json", strings.Repeat("[", 5_000_000)),
		"no object": files("package.json", "[]"),
		"no text":   files("package.json", "\xff\xfe\x00"),
		"folder":    fstest.MapFS{"package.json": &fstest.MapFile{Mode: fs.ModeDir | 0o755}},
		"pipe":      fstest.MapFS{"package.json": &fstest.MapFile{Mode: fs.ModeNamedPipe}},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD npm start\n", context)
		count := 0
		w.Start().All(func(*Command) bool { count++; return true })
		if count > maxCommands {
			t.Errorf("%s: %d commands", name, count)
		}
	}
}
