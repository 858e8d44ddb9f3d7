package repository

import (
	"fmt"
	"strings"
	"testing"
)

// TestContainerCommands: a command as root is for the services that it names, by whatever name
// their containers have; one that names none is for all, unless it is an example of documentation.
func TestContainerCommands(t *testing.T) {
	const services = "services:\n  web:\n    build: .\n    container_name: front\n  web-admin:\n    build: .\n"
	for _, c := range []struct{ name, file, line, web, admin string }{
		{"the service", "run.sh", "docker compose exec -u root web sh", "run.sh:1", ""},
		{"another service, which has it as a part", "run.sh", "docker compose exec -u root web-admin sh", "", "run.sh:1"},
		{"a container with its project and number", "run.sh", "docker exec -u root app-web-1 sh", "run.sh:1", ""},
		{"a container of docker-compose 1", "run.sh", "docker exec -u root app_web_1 sh", "run.sh:1", ""},
		{"container_name", "run.sh", "docker exec -u 0 front sh", "run.sh:1", ""},
		{"a part of a word", "run.sh", "docker exec -u root webserver sh", "run.sh:1", "run.sh:1"},
		{"a variable", "README.md", "docker exec -u root $NAME sh", "README.md:1", "README.md:1"},
		{"an example for something else", "README.md", "docker exec -u root other sh", "", ""},
		{"another user", "run.sh", "docker compose exec -u node web sh", "", ""},
		{"elsewhere", "other/x/run.sh", "docker compose exec -u root web sh", "", ""},
		{"for the whole repository", "scripts/run.sh", "docker compose exec -u root web sh", "scripts/run.sh:1", ""},
	} {
		named := map[string]string{"app/compose.yaml": services, c.file: c.line + "\n"}
		commands := Read(files(named, "app/Dockerfile")).ContainerCommands("app/compose.yaml")
		for service, want := range map[string]string{"web": c.web, "web-admin": c.admin} {
			var got []string
			for _, line := range commands.Root(service) {
				got = append(got, line.Place.String())
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %s gets %q, want %q", c.name, service, got, want)
			}
		}
		if list := commands.Signals("web"); list != nil {
			t.Errorf("%s: signals %v", c.name, list)
		}
	}
}

// TestSignalCommands: a signal that ends a program is no news; others are.
func TestSignalCommands(t *testing.T) {
	for line, want := range map[string]int{"docker compose kill -s HUP web": 1, "docker compose kill -s TERM web": 0, "docker compose kill web": 0, "docker kill --signal=USR2 app-web-1": 1} {
		l := Read(files(map[string]string{"compose.yaml": "services:\n  web:\n    build: .\n", "run.sh": line + "\n"}, "Dockerfile"))
		if got := l.ContainerCommands("compose.yaml").Signals("web"); len(got) != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

// TestContainerCommandsAreBounded: the lines of a large repository are searched once for the
// names of a large file, whatever number of services asks for theirs.
func TestContainerCommandsAreBounded(t *testing.T) {
	var services, lines strings.Builder
	services.WriteString("services:\n")
	for i := range 1000 {
		fmt.Fprintf(&services, "  s%d:\n    image: x\n", i)
	}
	for i := range maxHints {
		fmt.Fprintf(&lines, "docker exec -u root s%d sh\n", i)
	}
	l := Read(files(map[string]string{"compose.yaml": services.String(), "run.sh": lines.String()}))
	commands := l.ContainerCommands("compose.yaml")
	if got := testing.AllocsPerRun(1, func() {
		for i := range 1000 {
			commands.Root(fmt.Sprintf("s%d", i))
		}
	}); got > 5000 {
		t.Errorf("%v allocations for 1,000 services", got)
	}
}

// TestMoreCommandsThanAreKept: lines past the bound may mean any service, so that each is told of
// one; the list stays within its bound. One line fewer, and a service that none names has none.
func TestMoreCommandsThanAreKept(t *testing.T) {
	for _, command := range []string{"docker exec -u root other sh\n", "docker exec -u \"$RUN_AS\" other sh\n"} {
		for count, want := range map[int]int{maxHints - 1: 0, maxHints: 1, 3 * maxHints: 1} {
			l := Read(files(map[string]string{
				"compose.yaml": "services:\n  web:\n    image: x\n  other:\n    image: x\n",
				"a.sh":         strings.Repeat(command, count/2),
				"b.sh":         strings.Repeat(command, count-count/2),
			}))
			if got := l.ContainerCommands("compose.yaml").Root("web"); len(got) != want || len(l.rootCommands) > maxHints {
				t.Errorf("%d lines %q: %d lines for web, %d kept", count, command, len(got), len(l.rootCommands))
			}
		}
	}
}
