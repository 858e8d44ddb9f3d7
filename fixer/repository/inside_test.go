package repository

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

// ranInside returns what is run in the containers of a Dockerfile's image, one a line.
func ranInside(l *Links, dockerfile string) (list []string) {
	for _, d := range l.Deployments(dockerfile) {
		if d.Inside {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s %q %s", d.Place, d.Command, d.User)))
		}
	}
	return list
}

const twoServices = `services:
  web:
    build: web
    container_name: shop
  admin-web:
    build: admin
  db:
    image: postgres
`

func TestInside(t *testing.T) {
	for _, c := range []struct{ name, file, text, web, admin string }{
		{"a service", "x.sh", "docker compose exec web ls\n", `x.sh:1 ["ls"]`, ""},
		{"by its project", "x.sh", "docker exec p-web-1 ls\n", `x.sh:1 ["ls"]`, ""},
		{"the longest name", "x.sh", "docker exec p_admin-web_1 ls\n", "", `x.sh:1 ["ls"]`},
		{"by container_name", "x.sh", "docker exec -it -w / shop ls -l\n", `x.sh:1 ["ls" "-l"]`, ""},
		{"a user", "x.sh", "docker exec -u root shop ls\n", `x.sh:1 ["ls"] root`, ""},
		{"another image", "x.sh", "docker exec p-db-1 ls\n", "", ""},
		{"an unknown one", "x.sh", "docker exec $X ls\n", "", ""},
		{"over ssh", "x.sh", "ssh -i key h \"cd x && docker exec shop touch \\\"a b\\\"\"\n", `x.sh:1 ["touch" "a b"]`, ""},
		{"in a heredoc", "x.sh", "set -e\nssh h <<EOF\ncd x\ndocker exec shop ls\nEOF\n", `x.sh:4 ["ls"]`, ""},
		{"in a file that it writes", "x.sh", "cat >y.sh <<EOF\ndocker exec shop ls\nEOF\n", "", ""},
		{"in PowerShell", "x.ps1", "$a = 1\ndocker exec shop ls\n", `x.ps1:2 ["ls"]`, ""},
		{"an unknown word", "x.sh", "docker exec shop sh -c \"touch $X/a\"\n", `x.sh:1 ["sh" "-c" "touch $X/a"]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Read(files(map[string]string{"compose.yaml": twoServices, c.file: c.text}, "web/Dockerfile", "admin/Dockerfile"))
			if got := strings.Join(ranInside(l, "web/Dockerfile"), "\n"); got != c.web {
				t.Errorf("web: got %s, want %s", got, c.web)
			}
			if got := strings.Join(ranInside(l, "admin/Dockerfile"), "\n"); got != c.admin {
				t.Errorf("admin: got %s, want %s", got, c.admin)
			}
		})
	}
}

func TestInsideTheOnlyImage(t *testing.T) {
	readme := "Run `docker exec <container> npm install`.\n"
	l := Read(files(map[string]string{"README.md": readme}, "Dockerfile"))
	if got := strings.Join(ranInside(l, "Dockerfile"), "\n"); got != `README.md:1 ["npm" "install"]` {
		t.Errorf("alone: got %s", got)
	}
	l = Read(files(map[string]string{"README.md": readme, "compose.yaml": "services:\n  db: {image: postgres}\n"}, "Dockerfile"))
	if got := ranInside(l, "Dockerfile"); got != nil {
		t.Errorf("beside another image: got %s", got)
	}
}

func TestHelmTemplate(t *testing.T) {
	template := `apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}}
spec:
  {{- with .Values.context }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: x
      image: {{ .Values.image }}
      volumeMounts:
        {{- if .Values.disk.enabled }}
        - {name: a, mountPath: {{ .Values.disk.path | quote }}}
        {{- else }}
        - {name: a, mountPath: /none}
        {{- end }}
        {{- if not .Values.disk.enabled }}
        - {name: a, mountPath: /neither}
        {{- end }}
  volumes: [{name: a, persistentVolumeClaim: {claimName: a}}]
`
	for values, want := range map[string]string{
		"image: x\ncontext: {fsGroup: 1}\ndisk: {enabled: true, path: /data}\n": "/data true",
		"image: x\ndisk: {enabled: false}\n":                                    "/none /neither false",
	} {
		l := Read(files(map[string]string{"c/Chart.yaml": "name: x\n", "c/values.yaml": values, "c/templates/pod.yaml": template,
			"package.json": `{"name": "x"}`}, "Dockerfile"))
		var got []string
		for _, d := range l.Deployments("Dockerfile") {
			for _, m := range d.Mounts {
				got = append(got, m.Target)
			}
			got = append(got, fmt.Sprint(d.FSGroup))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %s, want %s", values, got, want)
		}
	}
}

func TestConfigMap(t *testing.T) {
	l := Read(files(map[string]string{"a.yaml": `apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
    - name: x
      image: x
      env: [{name: P, valueFrom: {configMapKeyRef: {name: m, key: PORT}}}, {name: Q, valueFrom: {configMapKeyRef: {name: m, key: NONE}}}]
      envFrom: [{configMapRef: {name: m}}]
`, "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {PORT: \"80\"}\n", "package.json": `{"name": "x"}`}, "Dockerfile"))
	got := map[string]workload.Variable{}
	for _, v := range l.Deployments("Dockerfile")[0].Env {
		got[v.Name] = v
	}
	if got["P"].Value != "80" || got["PORT"].Value != "80" || got["Q"].Known {
		t.Errorf("got %v", got)
	}
}
