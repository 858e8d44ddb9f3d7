package workload

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestOwner: the final owner of a path, and the users that may write there.
func TestOwner(t *testing.T) {
	const from = "FROM node:20\n"
	for _, c := range []struct{ src, file, want string }{
		{from, "/data", "unmade root"},
		{from + "WORKDIR /app\n", "/app", "made root"},
		{from + "USER node\nWORKDIR /app\n", "/app", "made node"},
		{from + "WORKDIR /srv/app\n", "/srv", "made root"},
		{from + "RUN mkdir -p /data/x\n", "/data", "made root"},
		{from + "RUN mkdir /data/x\n", "/data", "unmade root"},
		{from + "RUN mkdir /data && chown node:node /data\n", "/data", "made node"},
		{from + "WORKDIR /app\nRUN mkdir data\nRUN chown -R 1000:1000 .\n", "/app/data", "made 1000"},
		{from + "RUN mkdir /data\nRUN chmod 777 /data\n", "/data", "made root 777"},
		{from + "RUN [ -d /data ] || mkdir /data\n", "/data", "perhaps root"},
		{from + "RUN mkdir /data && rm -rf /data\n", "/data", "unmade root"},
		{from + "WORKDIR /app\nCOPY . .\n", "/app/lib", "made root"},
		{from + "WORKDIR /app\nCOPY --chown=node:node . .\n", "/app/lib", "made node"},
		{from + "WORKDIR /app\nCOPY --chown=node:node . .\n", "/app", "made root"},
		{from + "COPY --chown=node:node . /app/x\n", "/app", "made node"},
		{from + "WORKDIR /app\nCOPY --chown=node:node . .\n", "/app/other", "unmade root"},
		{from + "WORKDIR /app\nCOPY --chmod=0555 --chown=node . .\n", "/app/lib", "made node 0555"},
		{from + "WORKDIR /app\nCOPY . .\nRUN npm ci\n", "/app/node_modules", "made root"},
		{from + "WORKDIR /app\nUSER node\nRUN npm ci\n", "/app/node_modules/.cache", "made node"},
		{from + "WORKDIR /app\nRUN cd web && npm install\n", "/app/node_modules", "unmade root"},
		{from + "WORKDIR /app\nRUN make\n", "/app/dist", "perhaps root"},
		{from + "WORKDIR /app\nRUN apt-get update\n", "/app/dist", "unmade root"},
		{from + "COPY --from=x /out /app\n", "/app/dist", "perhaps root"},
	} {
		o := of(t, c.src, files("lib/x.js", "", "package.json", "{}")).Owner(c.file)
		got := strings.TrimSpace(fmt.Sprintf("%s %s %s", []string{"unmade", "perhaps", "made"}[o.Made], o.User, o.Mode))
		if got != c.want {
			t.Errorf("%s: %s, want %s in\n%s", c.file, got, c.want, c.src)
		}
	}
	for _, c := range []struct {
		owner Owner
		want  bool
	}{
		{Owner{User: "node"}, true}, {Owner{User: "1000"}, true}, {Owner{User: "root"}, false}, {Owner{User: "root", Mode: "777"}, true},
		{Owner{User: "root", Mode: "0775"}, false}, {Owner{User: "node", Mode: "0555"}, false}, {Owner{User: "root", Mode: "a+w"}, true},
	} {
		if got := c.owner.MayWrite("node", "1000"); got != c.want {
			t.Errorf("%+v: %v, want %v", c.owner, got, c.want)
		}
	}
}

// TestModel: the whole model of one application.
func TestModel(t *testing.T) {
	w := of(t, `FROM node:20
WORKDIR /app
ENV DATA_DIR=/data DATABASE_URL=sqlite:////var/lib/x/app.db
COPY . .
EXPOSE 3000
VOLUME /uploads
ENTRYPOINT ["tini", "--", "./entry.sh"]
CMD ["npm", "start"]
`, files(
		"entry.sh", "#!/bin/sh\necho started > run.log\nexec gosu node \"$@\"\n",
		"package.json", `{"scripts": {"start": "node server.js"}}`,
		"server.js", "const fs = require('fs')\nfs.writeFileSync('cache/x.json', '')\nfs.mkdirSync(process.env.STATE || '/state')\nrequire('child_process').execSync('iptables -L')\nprocess.on('SIGTERM', () => process.exit())\nrequire('http').createServer().listen(8080)\n",
	))
	w.in.Deployments = []Deployment{{
		Name: "service web", Place: Place{File: "compose.yaml", Line: 2}, Ports: []int{8081},
		Env:    []Variable{{Name: "LOG_DIR", Value: "/logs", Known: true, Place: Place{File: "compose.yaml", Line: 5}}},
		Mounts: []Mount{{Target: "/data", Kind: Bind, Source: "./data"}},
		Gaps:   []Gap{{Place: Place{File: "compose.yaml", Line: 9}, What: "a variable has no value"}},
	}}
	var got []string
	for _, l := range w.Launches() {
		var way []string
		for _, c := range append(l.Way, l.Command) {
			way = append(way, c.Path+strings.Trim(c.Program.Raw, `"`)[len(c.Path):])
		}
		got = append(got, "launch "+strings.Join(way, " > "))
	}
	for _, r := range w.Root() {
		got = append(got, fmt.Sprintf("root %s %s", r.Program, r.Why))
	}
	for _, x := range w.Writes() {
		got = append(got, fmt.Sprintf("write %s by %s", x.Path, x.By))
	}
	for _, m := range w.Mounts() {
		got = append(got, fmt.Sprintf("mount %s %s", m.Kind, m.Target))
	}
	for _, p := range w.Ports() {
		got = append(got, fmt.Sprintf("port %d %s", p.Number, p.By))
	}
	for _, g := range w.Gaps() {
		got = append(got, fmt.Sprintf("gap %s", g.What))
	}
	if w.Init() == nil || w.Init().Name != "tini" {
		t.Error("the init is tini")
	}
	want := []string{
		"launch tini > ./entry.sh > echo",
		"launch tini > ./entry.sh > exec > gosu > $@ > npm > node",
		"root gosu drops root itself",
		"root iptables needs root to change the system",
		"write /app/run.log by the start",
		"write /data by DATA_DIR",
		"write /var/lib/x by DATABASE_URL",
		"write /logs by LOG_DIR",
		"write /state by server.js",
		"write /app/run.log by entry.sh",
		"write /app/cache/x.json by server.js",
		"mount bind /data",
		"mount anonymous /uploads",
		"port 3000 EXPOSE",
		"port 8080 server.js",
		"port 8081 service web",
		"gap a variable has no value",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
