package workload

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/shell"
)

// told is the fields of a call that a test compares, in one line.
func told(m *ManagerCall) string {
	if m == nil {
		return "none"
	}
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	words := func(list []shell.Word) (text []string) {
		for _, w := range list {
			text = append(text, w.Text)
		}
		return text
	}
	add("script", m.Script)
	add("program", m.Program)
	add("line", m.Line)
	add("command", m.Command)
	add("args", strings.Join(words(m.Args), ","))
	add("in", strings.Join(words(m.Where.Dirs), "/"))
	add("of", strings.Join(m.Where.Workspaces, ","))
	if m.Where.All {
		add("of", "all")
	}
	add("options", strings.Join(m.Options, ","))
	add("unknown", m.Unknown)
	return m.Name + ": " + strings.Join(parts, "; ")
}

// TestReadManager: every spelling of an option is read, with = or a blank.
func TestReadManager(t *testing.T) {
	for line, want := range map[string]string{
		"npm start":                               "npm: script start",
		"npm --silent run -s serve":               "npm: script serve",
		"npm run-script serve -- -p 80":           "npm: script serve; args -p,80",
		"npm start a":                             "npm: script start; args a",
		"npm start -p 80":                         "npm: script start; options -p",
		"npm start --port=80":                     "npm: script start; options --port=80",
		"npm serve":                               "npm: command serve",
		"npm run":                                 "npm: ",
		"npm t":                                   "npm: script test",
		"npm install --omit dev":                  "npm: command install; args --omit,dev",
		"npm start --workspace=web":               "npm: script start; of web",
		"npm start --workspace web":               "npm: script start; of web",
		"npm start -w=web":                        "npm: script start; of web",
		"npm -w web -w api start":                 "npm: script start; of web,api",
		"npm start -ws":                           "npm: script start; of all",
		"npm run build --workspaces --if-present": "npm: script build; of all; options --if-present",
		"npm start --prefix=client":               "npm: script start; in client",
		"npm --prefix client start":               "npm: script start; in client",
		"npm -C client start":                     "npm: script start; in client",
		"npm exec -- serve -s dist":               "npm: program serve; args -s,dist",
		"npm exec -c 'node x.js'":                 "npm: line node x.js",
		"npx serve -s":                            "npx: program serve; args -s",
		"npx -y -p serve@14 serve dist":           "npx: program serve; args dist; options -y,-p",
		"npx serve@14":                            "npx: program serve",
		"npx @scope/tool x":                       "npx: program tool; args x",
		"npx -c 'next start'":                     "npx: line next start",
		"yarn":                                    "yarn: command install",
		"yarn install":                            "yarn: command install",
		"yarn start":                              "yarn: script start",
		"yarn serve -p 80":                        "yarn: script serve; args -p,80",
		"yarn start -- -p":                        "yarn: script start; args --,-p; options --",
		"yarn --cwd=web start":                    "yarn: script start; in web",
		"yarn --cwd web run start":                "yarn: script start; in web",
		"yarn workspace @a/web start":             "yarn: script start; of @a/web",
		"yarn workspace web run start":            "yarn: script start; of web",
		"yarn workspaces run start":               "yarn: script start; of all",
		"yarn workspaces foreach -A run start":    "yarn: script start; of all; options -A",
		"yarn node server.js":                     "yarn: program node; args server.js",
		"pnpm start":                              "pnpm: script start",
		"pnpm --filter=web start":                 "pnpm: script start; of web",
		"pnpm --filter web run start":             "pnpm: script start; of web",
		"pnpm -F web start":                       "pnpm: script start; of web",
		"pnpm -C web start":                       "pnpm: script start; in web",
		"pnpm --dir=web start":                    "pnpm: script start; in web",
		"pnpm -r start":                           "pnpm: script start; of all",
		"pnpm recursive run start":                "pnpm: script start; of all",
		"pnpm exec node":                          "pnpm: program node",
		"pnpm dlx serve":                          "pnpm: program serve",
		"pnpm -w start":                           "pnpm: script start; unknown it works in the root of its workspace",
		"bun run start":                           "bun: script start",
		"bun start":                               "bun: script start",
		"bun index.ts":                            "bun: args index.ts",
		"bun run index.ts":                        "bun: args index.ts",
		"bunx serve":                              "bunx: program serve",
		"corepack yarn start":                     "yarn: script start",
		"corepack pnpm@9 start":                   "pnpm: script start",
		"corepack enable pnpm":                    "corepack: command enable",
		"npm run $X":                              "npm: unknown the name of its script is not known",
		"node server.js":                          "none",
	} {
		s, err := shell.Parse(line, nil)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		m := ReadManager(s.Calls[0], func(string) (string, bool) { return "", false })
		if got := told(m); got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}

// TestManagerEnvironment: npm takes its settings from the environment, too, even from
// that of one call.
func TestManagerEnvironment(t *testing.T) {
	for line, want := range map[string]string{
		"npm start":                                    "npm: script start; of web",
		"npm_config_workspace=api npm start":           "npm: script start; of api",
		"env npm_config_workspaces=true npm run start": "npm: script start; of web; of all",
		"npm_config_local_prefix=/srv/x npm start":     "npm: script start; in /srv/x; of web",
		"yarn start":                                   "yarn: script start",
	} {
		s, err := shell.Parse(line, nil)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		env := func(name string) (string, bool) {
			if name == "npm_config_workspace" {
				return "web", true
			}
			return "", false
		}
		if got := told(ReadManager(s.Calls[len(s.Calls)-1], env)); got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}

// TestNPMOf: the releases of npm that a version of Node.js may have brought.
func TestNPMOf(t *testing.T) {
	for node, want := range map[string]string{
		"8.0.0": "5.0–5.6", "8.11.4": "5.0–5.6", "8.17.0": "6.4–6.13", "8": "5.0–6.13", "9.11.2": "5.5–5.6", "10.24.1": "6.1–6.14",
		"14.21.3": "6.14–6.14", "15.0.0": "7.0–7.7", "16": "7.10–8.19", "16.20.2": "8.0–8.19", "18.13.0": "8.6–8.19", "18.14.0": "9.3–9.8",
		"18.20.8": "10.2–10.8", "18": "8.6–10.8", "20.9.0": "10.1–10.8", "22": "10.5–10.9", "4.9.1": "1.0–3.10", "99.0.0": "11.3–1000.0", "lts": "?", "": "?",
	} {
		n := NPMOf(node)
		got := "?"
		if n.Known {
			got = fmt.Sprintf("%d.%d–%d.%d", n.Min.Major, n.Min.Minor, n.Max.Major, n.Max.Minor)
		}
		if got != want {
			t.Errorf("node %s: npm %s, want %s", node, got, want)
		}
	}
}
