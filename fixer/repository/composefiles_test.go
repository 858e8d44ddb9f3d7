package repository

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

// TestProjectDirectory: a command that gives a project another directory than that of its first
// file is known for all of its files.
func TestProjectDirectory(t *testing.T) {
	here := workload.Place{File: "up.sh", Line: 1}
	for command, want := range map[string]map[string]workload.Place{
		"docker compose --project-directory . -f deploy/compose.yaml up":                               {"deploy/compose.yaml": here},
		"docker compose --project-directory=. -f deploy/compose.yaml -f compose.yaml up":               {"deploy/compose.yaml": here, "compose.yaml": here},
		"docker compose --project-directory \"$HERE\" -f deploy/compose.yaml up":                       {"deploy/compose.yaml": here},
		"docker compose --project-directory /srv -f deploy/compose.yaml up":                            {"deploy/compose.yaml": here},
		"cd deploy && docker compose --project-directory .. -f compose.yaml up":                        {"deploy/compose.yaml": here},
		"docker compose --project-directory deploy -f deploy/compose.yaml up":                          {},
		"cd deploy && docker compose --project-directory . -f compose.yaml up":                         {},
		"docker compose --project-directory deploy up":                                                 {},
		"docker compose -f deploy/compose.yaml up":                                                     {},
		"docker compose --project-directory . -f nowhere.yaml up":                                      {},
		"docker compose --project-directory . -f \"$FILE\" up":                                         {},
		"docker compose -f deploy/compose.yaml up; docker compose -f a --project-directory . kill api": {},
	} {
		links := Read(files(map[string]string{"up.sh": command + "\n", "compose.yaml": "services: {}\n", "deploy/compose.yaml": "services: {}\n"}))
		for _, file := range []string{"compose.yaml", "deploy/compose.yaml"} {
			if got := links.ProjectDirectory(file); got != want[file] {
				t.Errorf("%s: %s: %v, want %v", command, file, got, want[file])
			}
		}
	}
}
