package repository

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

// mentionsNear returns what is found near a Dockerfile, one a line.
func mentionsNear(l *Links, dockerfile string) string {
	var list []string
	for _, m := range l.Mentions(dockerfile) {
		text := m.Place.String() + " "
		switch {
		case m.Command != "":
			text += m.Command
		case m.Mount.Source != "":
			text += fmt.Sprintf("%s %s:%s", m.Mount.Kind, m.Mount.Source, m.Mount.Target)
		default:
			text += m.Mount.Target
		}
		if m.Mount.ReadOnly {
			text += " ro"
		}
		list = append(list, text)
	}
	return strings.Join(list, "\n")
}

// TestMentionedMounts has a line for each form of a mount, and texts that only look like one.
func TestMentionedMounts(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"site.yml", "volumes:\n  - /srv/x:/app/x", "site.yml:2 bind /srv/x:/app/x"},
		{"site.yml", "volumes:\n  - \"{{ base }}/x:/app/x:z,ro\"", "site.yml:2 bind {{ base }}/x:/app/x ro"},
		{"Jenkinsfile", "image.inside('-v ${WORKSPACE}/x:/app/x') {", "Jenkinsfile:1 bind ${WORKSPACE}/x:/app/x"},
		{"Taskfile.yml", "cmds:\n  - docker run -v $(pwd)/x:/app/x -v data:/app/data web", "Taskfile.yml:2 bind $(pwd)/x:/app/x\nTaskfile.yml:2 volume data:/app/data"},
		{"x.nix", `volumes = [ "./x:/app/x" ];`, "x.nix:1 bind ./x:/app/x"},
		{"README.md", "    dokku storage:mount app /var/lib/x:/app/x", "README.md:1 bind /var/lib/x:/app/x"},
		{"task.json", `{"mountPoints": [{"sourceVolume": "x", "containerPath": "/app/x"}]}`, "task.json:1 /app/x"},
		{"main.tf", "volumes {\n  host_path = \"/srv/x\"\n  container_path = \"/app/x\"\n}\nvolumes {\n  container_path = \"/app/y\"\n  read_only = true\n}", "main.tf:3 /app/x\nmain.tf:6 /app/y ro"},
		{"x.nomad", "volume_mount {\n  volume = \"x\"\n  destination = \"/app/x\"\n}", "x.nomad:3 /app/x"},
		{"x.xml", `<Config Target="/app/x" Type="Path">/mnt</Config>`, "x.xml:1 /app/x"},
		{"deploy.py", "run(volumes={'/srv/x': {'bind': '/app/x'}})", "deploy.py:1 /app/x"},
		{"infra/a.ts", "{ path: '/app/y', containerPath: '/app/x' }", "infra/a.ts:1 /app/x"},
		{"railway.json", `{"requiredMountPath": "/app/x"}`, "railway.json:1 /app/x"},

		{"src/a.ts", "{ containerPath: '/app/x' }", ""},
		{"config.json", `{"uploads": {"path": "/app/x"}}`, ""},
		{"pv.yaml", "volumes:\n- hostPath:\n    path: /app/x", ""},
		{"a.env", "NODE_PATH=/usr/lib:/app/x", ""},
		{"a.txt", "scp host:/app/x .\nrsync -a host:/app/y .\nsqlite:/app/z.db http://a:/b", ""},
		{"a.yml", "# - /srv/x:/app/x\nvolumes: [/srv/x:/tmp/x]", ""},
		{"compose.yaml", "services:\n  web:\n    image: x\n    volumes: [/srv/x:/app/x]", ""},
		{"package-lock.json", `{"containerPath": "/app/x"}`, ""},
		{"logo.svg", `<a containerPath="/app/x">`, ""},
		{"chart/values.yaml", "mountPath: /app/x", ""},
	} {
		l := Read(files(map[string]string{c.name: c.text, "chart/Chart.yaml": "name: a\n"}, "Dockerfile"))
		if got := mentionsNear(l, "Dockerfile"); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestMentionedCommands has commands of platforms, and those of tools that run in a checkout.
func TestMentionedCommands(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{".do/app.yaml", "dockerfile_path: Dockerfile\nrun_command: npx a && node b.js", ".do/app.yaml:2 npx a && node b.js"},
		{"task.json", "{\n\"image\": \"x\",\n\"command\": [\n  \"npx\",\n  \"a\"\n],\n\"name\": \"x\"\n}", `task.json:3 [ "npx", "a" ],`},
		{"job.yml", "image: x\nargs:\n  - npx\n  - a\nname: b", "job.yml:2 - npx - a"},
		{"job.yml", "image: x\ncommand: |\n  npx a\n  node b.js\nname: b", "job.yml:2 | npx a node b.js"},
		{"Procfile", "release: npx a", "Procfile:1 npx a"},
		{".github/workflows/a.yml", "container: x\nrun: npx a", ""},
		{"package.json", `{"image": "x",` + "\n" + `"start": "npx a"}`, ""},
		{"tool.yml", "run: npx a", ""},
	} {
		if got := mentionsNear(Read(files(map[string]string{c.name: c.text}, "Dockerfile")), "Dockerfile"); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestMentionsNear: a text is about the Dockerfiles beside it, and those above.
func TestMentionsNear(t *testing.T) {
	l := Read(files(map[string]string{"a/deploy/x.yml": "- /srv/x:/app/x", "infra/y.yml": "- /srv/y:/app/y"}, "Dockerfile", "a/Dockerfile", "a/deploy/proxy/Dockerfile", "b/Dockerfile"))
	const x, y = "a/deploy/x.yml:1 bind /srv/x:/app/x", "infra/y.yml:1 bind /srv/y:/app/y"
	for dockerfile, want := range map[string]string{"Dockerfile": x + "\n" + y, "a/Dockerfile": x + "\n" + y, "a/deploy/proxy/Dockerfile": x + "\n" + y, "b/Dockerfile": y} {
		if got := mentionsNear(l, dockerfile); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", dockerfile, got, want)
		}
	}
}

// TestMentionsBounds: what lies beyond a bound is a gap, or not read.
func TestMentionsBounds(t *testing.T) {
	texts := map[string]string{}
	line := "- /srv/x:/app/x\n" + strings.Repeat("a: b\n", maxMentioning/5-10)
	for i := range maxMentioningText/maxMentioning + 2 {
		texts[fmt.Sprintf("%03d.yml", i)] = line
	}
	texts["long.yml"] = line + line
	l := Read(files(texts, "Dockerfile"))
	if n := len(l.Mentions("Dockerfile")); n < maxMentioningText/maxMentioning || n >= len(texts) {
		t.Errorf("%d mentions", n)
	}
	found := false
	for _, g := range l.Gaps() {
		found = found || strings.Contains(g.What, "not searched for mounts and commands")
	}
	if !found {
		t.Errorf("no gap: %v", l.Gaps())
	}
}

// TestQuadlet: a unit of Podman is a deployment.
func TestQuadlet(t *testing.T) {
	const unit = "[Unit]\nDescription=x\n[Container]\nImage=localhost/web:1\nVolume=./data:/app/data:Z\nVolume=cache.volume:/app/cache\n" +
		"PublishPort=8080:80\nUser=1000\nExec=node \\\n  b.js\nSysctl=net.ipv4.ip_unprivileged_port_start=80\nPodmanArgs=--ulimit nproc=5:9\n[Service]\nUser=x\n"
	l := Read(files(map[string]string{"web.container": unit, "Makefile": "a:\n\tpodman build -t localhost/web .\n"}, "Dockerfile"))
	list := l.Deployments("Dockerfile")
	if len(list) != 1 {
		t.Fatalf("%d deployments, %v", len(list), l.Gaps())
	}
	d := list[0]
	got := fmt.Sprintf("%s %v %s %q %v %v", d.Place, d.Podman, d.User, d.Command, d.Ports, *d.FirstPort)
	if want := `web.container:4 true 1000 ["node" "b.js"] [80] {80 web.container:11}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if d.UserProcesses == nil || d.UserProcesses.Number != 5 {
		t.Errorf("processes: %v", d.UserProcesses)
	}
	if len(d.Mounts) != 2 || d.Mounts[0].Kind != workload.Bind || d.Mounts[1].Kind != workload.Volume || d.Mounts[1].Place.Line != 6 {
		t.Errorf("mounts: %v", d.Mounts)
	}
}

// TestFilled: of what another image writes, the mounts that share it say so.
func TestFilled(t *testing.T) {
	const services = "services:\n  db:\n    image: postgres:16\n    volumes: [\"data:/var/lib/postgresql/data\", \"./dump:/var/lib/dump\", \"./conf:/etc/conf\"]\n" +
		"  web:\n    build: .\n    volumes: [\"data:/a:ro\", \"./dump:/b:ro\", \"./conf:/c:ro\", \"own:/d\"]\n  worker:\n    build: .\n    volumes: [\"own:/d\"]\nvolumes: {data: {}, own: {}}\n"
	l := Read(files(map[string]string{"compose.yaml": services}, "Dockerfile"))
	var got []string
	for _, m := range l.Deployments("Dockerfile")[0].Mounts {
		got = append(got, m.Target+" "+m.FilledBy)
	}
	if want := "/a postgres:16,/b postgres:16,/c ,/d "; strings.Join(got, ",") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestComposeFilesOfACommand: files of several directories are merged as a command says.
func TestComposeFilesOfACommand(t *testing.T) {
	texts := map[string]string{
		"compose.yaml":          "services:\n  web:\n    build: .\n",
		"deploy/base.yaml":      "services:\n  web:\n    user: \"7\"\n",
		"deploy/prod/web.yaml":  "services:\n  web:\n    command: [b]\n",
		"Makefile":              "up:\n\tdocker compose -f compose.yaml -f deploy/base.yaml -f deploy/prod/web.yaml up\n",
		"scripts/up.sh":         "docker compose -f compose.yaml -f deploy/base.yaml -f deploy/prod/web.yaml up\n",
		"scripts/unknown.sh":    "docker compose -f compose.yaml -f $X up\n",
		"scripts/notthere.sh":   "docker compose -f compose.yaml -f not/there.yaml up\n",
		"scripts/thedefault.sh": "docker compose -f compose.yaml up\n",
	}
	var got []string
	for _, d := range Read(files(texts, "Dockerfile")).Deployments("Dockerfile") {
		got = append(got, fmt.Sprintf("%s %q", d.User, d.Command))
	}
	if want := `7 ["b"],  []`; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestCopiedInto: docker cp brings files of root's, and what is copied out is none.
func TestCopiedInto(t *testing.T) {
	const script = "docker build -t web .\ndocker create --name c web\ndocker cp ./a.json c:/app/\ndocker cp -a b c:/app/b\ndocker cp c:/app/x .\nkubectl cp d web-0:/app/d\n"
	var got []string
	for _, d := range Read(files(map[string]string{"x.sh": script}, "Dockerfile")).Deployments("Dockerfile") {
		if !d.Inside {
			continue
		}
		text := fmt.Sprintf("%d %q", d.Place.Line, d.Command)
		for _, m := range d.Mounts {
			text += fmt.Sprintf(" %s %s", m.Kind, m.Target)
		}
		got = append(got, text)
	}
	if want := `3 [] brought /app/a.json; 4 [] brought /app/b; 6 ["cp" "-R" "d" "/app/d"]`; strings.Join(got, "; ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "; "), want)
	}
}
