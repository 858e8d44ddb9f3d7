package workload

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestOtherCommands(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"a workflow", ".github/workflows/test.yml", "- run: docker run --rm app npm test\n", ".github/workflows/test.yml"},
		{"a workflow that builds", ".github/workflows/test.yml", "- run: docker build -t app .\n", ""},
		{"make", "Makefile", "test:\n\tdocker-compose -f ci.yml run app npm test\n", "Makefile"},
		{"a script", "scripts/test.sh", "docker exec app npm test\n", "scripts/test.sh"},
		{"a manifest's first key", "k8s/job.yaml", "      - command: [npm, run, migrate]\n", "k8s/job.yaml"},
		{"a platform", "fly.toml", "[deploy]\n  release_command = \"npx knex migrate:latest\"\n", "fly.toml"},
		{"what to do", "README.md", "Then `docker compose exec web npm run seed`.\n", "README.md"},
		{"how to start it", "README.md", "docker run -p 3000:3000 app\n", ""},
		{"something else", "docs/values.yaml", "command: x\n", ""},
		{"a manifest", "k8s/job.yaml", "        command: [npm, run, migrate]\n", "k8s/job.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Open(fstest.MapFS{c.file: {Data: []byte(c.text), Mode: 0o644}}).OtherCommand()
			if got.File() != c.want || got.None() != (c.want == "") || got.Gap.What != "" {
				t.Errorf("%+v, want %q", got, c.want)
			}
		})
	}
}

func TestOtherCommandGap(t *testing.T) {
	files := newCounting(fstest.MapFS{"Makefile": file("")})
	files.bad["Makefile"] = fs.ErrPermission
	if got := says(Open(files).OtherCommand()); got != "Makefile it can't be read: permission denied" {
		t.Errorf("%q", got)
	}
}
