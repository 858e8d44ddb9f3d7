package repository

import (
	"fmt"
	"strings"
	"testing"
)

// TestEnvFile: variables that docker run takes from a file, seen from where it runs.
func TestEnvFile(t *testing.T) {
	for name, c := range map[string]struct{ file, text, env, want string }{
		"of a script":        {"run.sh", "docker build -t app .\ndocker run -e A=1 --env-file app.env app\n", "# B=0\nA=2\nB= \"x\" \nC\n", `A="1" true run.sh:2; B=" \"x\" " true app.env:3; C="" false app.env:4`},
		"from a directory":   {"run.sh", "docker build -t app .\ncd x\ndocker run --env-file ../app.env app\n", "A=1\n", `A="1" true app.env:1`},
		"missing":            {"run.sh", "docker build -t app .\ndocker run --env-file other.env app\n", "A=1\n", "run.sh:2: its env file is not read: file does not exist"},
		"not known":          {"run.sh", "docker build -t app .\ndocker run --env-file $FILE app\n", "A=1\n", "run.sh:2: its env file is not read"},
		"of the host":        {"run.sh", "docker build -t app .\ndocker run --env-file /etc/app.env app\n", "A=1\n", "run.sh:2: its env file is not read"},
		"of documentation":   {"README.md", "    docker build -t app .\n    docker run --env-file=app.env app\n", "A=1\n", `A="1" true app.env:1`},
		"above the checkout": {"run.sh", "docker build -t app .\ndocker run --env-file ../app.env app\n", "A=1\n", "run.sh:2: its env file is not read"},
	} {
		var list []string
		for _, d := range Read(files(map[string]string{c.file: c.text, "app.env": c.env}, "Dockerfile")).Deployments("Dockerfile") {
			for _, v := range d.Env {
				list = append(list, fmt.Sprintf("%s=%q %v %s", v.Name, v.Value, v.Known, v.Place))
			}
			for _, g := range d.Gaps {
				list = append(list, fmt.Sprintf("%s: %s", g.Place, g.What))
			}
		}
		if got := strings.Join(list, "; "); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}
