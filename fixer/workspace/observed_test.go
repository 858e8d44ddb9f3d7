package workspace

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/seccomp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// TestObserved: what was seen of an image makes a read-only root file system safe where the image was
// built from the same, and runs the same, and nowhere else.
func TestObserved(t *testing.T) {
	files := map[string]string{"compose.yaml": "services:\n  shop:\n    build: .\n", "Dockerfile": users}
	list := checkoutOf(t, files, Search{Compose: true})
	fingerprint := func(f *File) string {
		src, err := f.Load(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		sum, err := src.Fingerprint(src.Src, nil, src.Own(stage.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	from := fingerprint(&File{Path: list[0].Path, Name: list[0].Name, Tree: list[0].Tree})
	seen := observed.Image{
		Dockerfile: "Dockerfile", BuiltFrom: from, State: observed.Up, Exercised: []string{"listened on 3000"}, Wrote: []string{"/tmp/x"},
		User: observed.User{UID: 1000, GID: 1000}, Bases: []observed.Base{{Image: "node:20-slim", Digest: "sha256:1"}}, ReadOnly: &observed.ReadOnly{State: observed.Up, Mounts: []string{"/tmp"}},
	}
	const service = "services:\n  shop:\n    build: .\n"
	// beside returns the change that the services, by name and image, ran beside it.
	beside := func(services ...string) func(*observed.Image) {
		return func(m *observed.Image) {
			for _, s := range services {
				name, image, _ := strings.Cut(s, " ")
				n := workload.Need{Name: name, Image: image, Hosts: []string{name}}
				m.Needs = append(m.Needs, observed.Need{Name: name, Image: image, Digest: "sha256:1", Start: n.Beside().Start})
			}
		}
	}
	const needing = service + "    links: [queue]\n  queue:\n    image: kafka\n    depends_on: [db]\n  db:\n    image: postgres\n"
	for name, c := range map[string]struct {
		compose string
		more    map[string]string
		change  func(*observed.Image)
		says    string
		safe    bool
	}{
		"the same":                   {says: "what it writes was observed (listened on 3000)", safe: true},
		"the Compose file alone":     {compose: service + "# for two\n", says: "was observed", safe: true},
		"a manifest alone":           {more: map[string]string{"pod.yaml": podOf + "acme/shop\n"}, says: "was observed", safe: true},
		"a profile beside it":        {more: map[string]string{seccomp.Name(): "{}"}, says: "was observed", safe: true},
		"a record beside it":         {more: map[string]string{"seen.json": `{"version": 1, "images": []}`}, says: "was observed", safe: true},
		"what changes nothing":       {compose: service + "    ports: ['80:3000']\n    restart: always\n", says: "was observed", safe: true},
		"the user, stated":           {compose: service + "    user: '1000:1000'\n", says: "was observed", safe: true},
		"another user":               {compose: service + "    user: '1001:1001'\n", says: "not observed with this command, environment, user and volumes"},
		"a source has changed":       {more: map[string]string{"server.js": "require('http').createServer().listen(3001);\n"}, says: "but with other files"},
		"a file like a manifest":     {more: map[string]string{"data.yaml": "kind: x\n"}, says: "but with other files"},
		"another command":            {compose: service + "    command: [node, job.js]\n", says: "not observed with this command, environment, user and volumes"},
		"another environment":        {compose: service + "    environment:\n      A: b\n", says: "not observed with this command, environment, user and volumes"},
		"a value of the machine":     {compose: service + "    environment:\n      A: ${A:-b}\n", says: "compose.yaml:5 takes a value from a variable of the machine"},
		"another health check":       {compose: service + "    healthcheck:\n      test: [CMD, node, check.js]\n", says: "not observed with this command, environment, user and volumes"},
		"a volume":                   {compose: service + "    volumes: ['data:/data']\nvolumes:\n  data:\n", says: "not observed with this command, environment, user and volumes"},
		"a directory of the host":    {compose: service + "    volumes: ['./data:/data']\n", says: "./data is mounted over it in compose.yaml:4"},
		"another service":            {compose: service + "    depends_on: [db]\n  db:\n    image: postgres\n", says: "not observed as it runs, beside db (postgres) as the Compose file starts it (verify --record --with-compose)"},
		"the services beside it":     {compose: needing, change: beside("db postgres", "queue kafka"), says: "was observed", safe: true},
		"another image of one":       {compose: needing, change: beside("db mysql", "queue kafka"), says: "not observed as it runs, beside db (postgres), queue (kafka) as the Compose file starts it (verify"},
		"another version of one":     {compose: needing, change: beside("db postgres:16", "queue kafka"), says: "not observed as it runs, beside db (postgres), queue"},
		"one of them":                {compose: needing, change: beside("db postgres"), says: "not observed as it runs, beside db (postgres), queue"},
		"one that it does not need":  {change: beside("db postgres"), says: "not observed with this command"},
		"one with other data":        {compose: needing + "    environment: {POSTGRES_DB: b}\n", change: beside("db postgres", "queue kafka"), says: "not observed as it runs, beside db"},
		"one that could not run":     {compose: needing + "    volumes: ['./init:/docker-entrypoint-initdb.d']\n", change: beside("db postgres", "queue kafka"), says: "db, which it depends on, can't be started: ./init is mounted over it"},
		"one by another name":        {compose: needing + "    hostname: pg\n", change: beside("db postgres", "queue kafka"), says: "not observed as it runs, beside db"},
		"a database by a container":  {compose: service + "    environment: &env {URL: my-pg:5432}\n  db:\n    image: postgres\n    container_name: my-pg\n", says: "its environment names the service my-pg"},
		"a database elsewhere":       {compose: service + "    command: [node, server.js, 'postgres://pg.example.com/app']\n", says: "its environment names pg.example.com"},
		"a hook":                     {compose: service + "    post_start:\n      - command: node warm.js\n", says: "compose.yaml:4 says post_start"},
		"another base":               {change: func(m *observed.Image) { m.Bases[0].Digest = "sha256:2" }, says: "with another node:20-slim"},
		"a base that was not known":  {change: func(m *observed.Image) { m.Bases = nil }, says: "which images it was built from was not known"},
		"other directories":          {change: func(m *observed.Image) { m.ReadOnly.Mounts = []string{"/run", "/tmp"} }, says: "other directories writable: /run, /tmp"},
		"another directory to write": {change: func(m *observed.Image) { m.Wrote = []string{"/run/x"} }, says: "other directories writable: /tmp"},
		"an image of this run":       {more: map[string]string{"Dockerfile": "FROM node:20-slim\nWORKDIR /app\nCOPY . .\nUSER node\nCMD node server.js\n"}, says: "its image changes in this run"},
		"a command in it":            {more: map[string]string{"Makefile": "seed:\n\tdocker compose exec shop npm run seed\n"}, says: "does something with its containers"},
		"a file from it":             {more: map[string]string{"Makefile": "seed:\n\tdocker cp shop-shop-1:/tmp/x .\n"}, says: "does something with its containers"},
		"a stack":                    {more: map[string]string{"Makefile": "up:\n\tdocker stack deploy -c compose.yaml shop\n"}, says: "does something with its containers"},
		"a limit of its memory":      {compose: service + "    mem_limit: 128m\n", says: "compose.yaml:4 limits its memory, in which /tmp/x would be"},
		"a limit, and no writes":     {compose: service + "    mem_limit: 128m\n", change: func(m *observed.Image) { m.Wrote = nil }, says: "was observed", safe: true},
		"data in a cache":            {change: func(m *observed.Image) { m.Wrote = []string{"/tmp/sessions/a"} }, says: "/tmp/sessions/a may be data"},
		"a directory that stays": {change: func(m *observed.Image) {
			m.Wrote, m.ReadOnly.Mounts = []string{"/var/tmp/a"}, []string{"/tmp", "/var/tmp"}
		}, says: "what is in /var/tmp stays"},
		"another signal":          {compose: service + "    stop_signal: SIGQUIT\n", says: "compose.yaml:4 says stop_signal"},
		"a service that it names": {compose: service + "    environment:\n      URL: redis://redis:6379\n  redis:\n    image: redis\n", says: "its environment names the service redis"},
		"a service beside it":     {compose: service + "  redis:\n    image: redis\n", says: "was observed", safe: true},
		"a failure":               {change: func(m *observed.Image) { m.ReadOnly.Reason = "its health check fails" }, says: "its health check fails"},
	} {
		t.Run(name, func(t *testing.T) {
			all := maps.Clone(files)
			maps.Copy(all, c.more)
			all["compose.yaml"] = cmp.Or(c.compose, service)
			one := seen
			one.Bases, one.ReadOnly = slices.Clone(seen.Bases), &observed.ReadOnly{State: seen.ReadOnly.State, Mounts: seen.ReadOnly.Mounts}
			if c.change != nil {
				c.change(&one)
			}
			list := slices.DeleteFunc(checkoutOf(t, all, Search{Compose: true}), func(f *File) bool {
				f.Observed = &observed.Record{Images: []observed.Image{one}}
				return false
			})
			text, findings := repairWith(t, Link(list), fixer.Safe, false, digests{baseimage.Table{}})
			if strings.Contains(text, "read_only: true") != c.safe || !strings.Contains(findings, c.says) {
				t.Errorf("%s\n%s", text, findings)
			}
		})
	}
	if other := fingerprint(&File{Path: filepath.Join(filepath.Dir(list[0].Path), "Dockerfile"), Name: "Dockerfile", Tree: list[0].Tree}); other != from {
		t.Errorf("%s, and %s again", from, other)
	}
}

// digests knows the digest of each image, too.
type digests struct{ baseimage.Inspector }

func (d digests) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	if q.Ask == baseimage.AskDigest {
		return &baseimage.Facts{Image: q.Image, Digest: "sha256:1"}, nil
	}
	return d.Inspector.Inspect(ctx, q)
}
