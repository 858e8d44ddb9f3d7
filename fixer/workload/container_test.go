package workload

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// known are the facts of a base image with its accounts.
var known = &baseimage.Facts{Image: "node:22", Config: nodeBase.Config, Accounts: &baseimage.Accounts{
	Users: []baseimage.User{{Name: "root"}, {Name: "node", UID: 1000, GID: 1000}}, Groups: []baseimage.Group{{Name: "root"}, {Name: "node", GID: 1000}}, Complete: true,
}}

// TestContainer has what runs an image know as whom it starts, and what needs more than that
// user has.
func TestContainer(t *testing.T) {
	const plain = "FROM node:22\nUSER node\nCMD [\"node\", \"server.js\"]\n"
	for name, c := range map[string]struct {
		src         string
		files       []string
		deployments []Deployment
		want        string
	}{
		"plain":                   {plain, nil, nil, "node 1000:1000 node"},
		"root":                    {"FROM node:22\nCMD [\"node\", \"server.js\"]\n", nil, nil, " 0:0 node"},
		"another program":         {"FROM node:22\nUSER node\nCMD [\"python3\", \"a.py\"]\n", nil, nil, "node 1000:1000"},
		"a number":                {"FROM node:22\nUSER 1234:5\nCMD [\"node\", \"server.js\"]\n", nil, nil, "1234:5 1234:5 node"},
		"a variable":              {"FROM node:22\nARG U\nUSER $U\nCMD [\"node\", \"server.js\"]\n", nil, nil, "unknown: its user depends on a variable without a default args U node"},
		"an init":                 {"FROM node:22\nUSER node\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node init tini"},
		"sudo":                    {"FROM node:22\nUSER node\nCMD [\"sudo\", \"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains sudo no init: what sudo does with its arguments is not known"},
		"setcap":                  {"FROM node:22\nRUN setcap cap_net_bind_service=+ep /usr/local/bin/node\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains setcap"},
		"chmod u+s":               {"FROM node:22\nRUN chmod u+s /x\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains chmod"},
		"sudo installed":          {"FROM node:22\nRUN apt-get update && apt-get install -y sudo\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains sudo"},
		"sudo configured":         {"FROM node:22\nRUN echo 'node ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains sudo"},
		"ping installed":          {"FROM node:22\nRUN apt-get update && apt-get install -y iputils-ping curl\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains iputils-ping"},
		"curl installed":          {"FROM node:22\nRUN apt-get update && apt-get install -y curl\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node"},
		"setcap in another stage": {"FROM node:22 AS b\nRUN setcap cap_net_raw+ep /usr/bin/x\nFROM b AS c\nFROM node:22\nCOPY --from=c /usr/bin/x /usr/bin/\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains setcap"},
		"sudo in another stage":   {"FROM node:22 AS b\nRUN apt-get install -y sudo\nFROM node:22\nCOPY --from=b /usr/bin/x /usr/bin/\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node"},
		"setcap in an unused one": {"FROM node:22 AS b\nRUN setcap cap_net_raw+ep /usr/bin/x\nFROM node:22\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node"},
		"s6-overlay":              {"FROM node:22\nUSER node\nENTRYPOINT [\"/init\"]\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node gains init no init: /init is an init"},
		"sudo mentioned":          {"FROM node:22\nRUN echo no sudo\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node"},
		"node alone":              {"FROM node:22\nUSER node\nCMD [\"node\"]\n", nil, nil, "node 1000:1000"},
		"a shell that waits":      {"FROM node:22\nUSER node\nCMD node server.js && echo done\n", nil, nil, "node 1000:1000 node no init: its shell would wait for node, and end before it on a signal"},
		"time to stop":            {plain, nil, []Deployment{{Name: "service web", Grace: Place{File: "c.yml", Line: 3}}}, "node 1000:1000 node no init: c.yml:3 gives it time to stop, which a signal that node does not handle would cut off"},
		"a user by an argument":   {"FROM node:22\nARG ID=1234\nENV U=$ID\nUSER $U\nCMD [\"node\", \"server.js\"]\n", nil, nil, "1234 1234:0 args ID U node"},
		"an account by one":       {"FROM node:22\nARG ID=1234\nARG OTHER=5\nRUN useradd -u ${ID} app\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 args ID node"},
		"chmod of others":         {"FROM node:22\nRUN chmod 0755 /x && chmod +x /y\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node"},
		"a child that pings":      {plain, []string{"server.js", "require('child_process').execFile('ping', ['-c1', 'x'])"}, nil, "node 1000:1000 node gains ping"},
		"an own command of sudo":  {plain, nil, []Deployment{{Name: "service web", User: "node", Command: []string{"sudo", "node", "x.js"}}}, "node 1000:1000 node gains sudo no init: what sudo does with its arguments is not known"},
		"root in a container":     {plain, nil, []Deployment{{Name: "docker compose exec", Inside: true, User: "root", Command: []string{"ls"}}}, "node 1000:1000 node gains ls"},
		"another user in one":     {plain, nil, []Deployment{{Name: "docker compose exec", Inside: true, User: "node", Command: []string{"ls"}}}, "node 1000:1000 node"},
		"a service as root":       {plain, nil, []Deployment{{Name: "service web", User: "root", Command: []string{"ls"}}}, "node 1000:1000"},
		"a health check":          {"FROM node:22\nHEALTHCHECK CMD curl -f http://localhost/\nUSER node\nCMD [\"node\", \"server.js\"]\n", nil, nil, "node 1000:1000 node"},
		"a job of its own":        {plain, nil, []Deployment{{Name: "service web", User: "1000", Command: []string{"sh", "-c", "perf record"}}}, "node 1000:1000"},
		"a browser":               {plain, []string{"package.json", `{"dependencies": {"puppeteer": "1"}}`}, nil, "node 1000:1000 node browser puppeteer"},
		"one without its sandbox": {plain, []string{"package.json", `{"dependencies": {"puppeteer": "1"}}`, "server.js", "launch({args: ['--no-sandbox']})"}, nil, "node 1000:1000 node"},
		"a source about PID 1":    {plain, []string{"server.js", "if (process.pid === 1) x()"}, nil, "node 1000:1000 node no init: server.js:1 asks about PID 1"},
		"a signal":                {plain, nil, []Deployment{{Name: "docker kill", Inside: true, Signal: "HUP", Place: Place{File: "Makefile", Line: 3}}}, "node 1000:1000 node no init: Makefile:3 sends it a signal"},
		"another's processes":     {plain, nil, []Deployment{{Name: "service web", NoProcessOne: Place{File: "c.yml", Line: 3}}}, "node 1000:1000 node no init: c.yml:3 gives it another PID 1"},
		"an unknown base":         {"FROM acme/base\nUSER 1000:1000\nCMD [\"node\", \"server.js\"]\n", nil, nil, "1000:1000 1000:1000 node gap: the programs of its base image are not known"},
	} {
		t.Run(name, func(t *testing.T) {
			list := append([]string{"package.json", "{}"}, c.files...)
			if len(c.files) == 0 || c.files[0] != "server.js" && len(c.files) < 4 {
				list = append(list, "server.js", "listen()")
			}
			base := known
			if strings.Contains(c.src, "acme/base") {
				base = nil
			}
			w := on(t, base, strings.Replace(c.src, "\n", "\nCOPY . .\n", 1), files(list...))
			w.in.Deployments = c.deployments
			if got := spellContainer(w.Container("Dockerfile")); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// TestRightsOfTheBase: what starts is looked at in the layers of a base image that is not among
// the known ones, and nothing else is.
func TestRightsOfTheBase(t *testing.T) {
	for name, c := range map[string]struct {
		image, start string
		rights       map[string]string
		want, asked  string
	}{
		"capabilities":         {"acme/node:1", `["node", "server.js"]`, map[string]string{"node": "capabilities"}, "1000:1000 1000:1000 node gains node: has capabilities in acme/node:1", "rights node"},
		"none":                 {"acme/node:1", `["node", "server.js"]`, map[string]string{"node": ""}, "1000:1000 1000:1000 node", "rights node"},
		"of an unread layer":   {"acme/node:1", `["node", "server.js"]`, nil, "1000:1000 1000:1000 node", "rights node"},
		"of an official image": {"node:22", `["node", "server.js"]`, map[string]string{"node": "capabilities"}, "1000:1000 1000:1000 node", ""},
		"of another program":   {"acme/node:1", `["/app/server"]`, map[string]string{"node": "capabilities"}, "1000:1000 1000:1000", ""},
	} {
		facts := &baseimage.Facts{Image: c.image, Config: nodeBase.Config, Programs: &baseimage.Programs{Paths: map[string]string{"node": "/usr/local/bin/node"}, Rights: c.rights}}
		w := on(t, facts, "FROM "+c.image+"\nCOPY . .\nUSER 1000:1000\nENTRYPOINT "+c.start+"\n", files("server.js", "listen()", "package.json", "{}"))
		asked := ""
		w.in.Ask = func(ask baseimage.Ask) (*baseimage.Facts, error) {
			if ask&baseimage.AskRights != 0 {
				asked = ask.String()
			}
			return facts, nil
		}
		if got := spellContainer(w.Container("Dockerfile")); got != strings.Split(c.want, ": ")[0] || asked != c.asked {
			t.Errorf("%s: %s, asked %q", name, got, asked)
		}
		for _, g := range w.Container("Dockerfile").Gains {
			if want := "has capabilities in acme/node:1"; g.Why != want || g.Place.File == "" {
				t.Errorf("%s: %v", name, g)
			}
		}
	}
}

func spellContainer(c Container) string {
	s := fmt.Sprintf("%s %d:%d", c.User, c.UID, c.GID)
	if c.Unknown != "" {
		s = "unknown: " + c.Unknown
	}
	if len(c.UserArgs) > 0 {
		s += " args " + strings.Join(c.UserArgs, " ")
	}
	if c.Node {
		s += " node"
	}
	if c.Init != "" {
		s += " init " + c.Init
	}
	for _, g := range c.Gains {
		s += " gains " + g.Program
	}
	for _, g := range c.Gaps {
		s += " gap: " + g.What
	}
	if c.Browser != "" {
		s += " browser " + c.Browser
	}
	if c.NoInit != "" {
		s += " no init: " + c.NoInit
	}
	return s
}

// TestContainerAs has users that what runs an image states.
func TestContainerAs(t *testing.T) {
	c := on(t, known, "FROM node:22\nUSER node\n", files()).Container("Dockerfile")
	for user, want := range map[string]string{
		"node": "1000:1000 ", "1000": "1000:1000 ", "1000:5": "1000:5 ", "1234": "1234:0 ", "root": "0:0 ", "0": "0:0 ",
		"nobody-knows": "-1:-1 which number the user nobody-knows has is not known",
	} {
		uid, gid, unknown := c.As(user)
		if got := fmt.Sprintf("%d:%d %s", uid, gid, unknown); got != want {
			t.Errorf("%s: %s, want %s", user, got, want)
		}
	}
	if uid, gid, unknown := (Container{}).As("7"); uid != 7 || gid != -1 || unknown != "" {
		t.Errorf("of an image of which nothing is known: %d:%d %s", uid, gid, unknown)
	}
	if uid, _, _ := (Container{}).As("root"); uid != 0 {
		t.Errorf("root is %d", uid)
	}
}

// TestAgreed has images that several builds may make: what holds for each of them.
func TestAgreed(t *testing.T) {
	one := Container{Image: "a", Own: true, User: "node", UID: 1000, GID: 1000, Node: true, Init: "tini"}
	other := one
	other.Node, other.Init, other.Browser, other.Gains = false, "", "puppeteer", []Reason{{Program: "ping"}}
	if got := spellContainer(Agreed([]Container{one, other})); got != "node 1000:1000 gains ping browser puppeteer" {
		t.Error(got)
	}
	other.UID = 1001
	if got := Agreed([]Container{one, other}).Unknown; !strings.Contains(got, "different users") {
		t.Error(got)
	}
	other.Unknown = "why"
	if got := Agreed([]Container{one, other}).Unknown; got != "why" {
		t.Error(got)
	}
}

// TestContainerOfImage has images of which the configuration is known alone.
func TestContainerOfImage(t *testing.T) {
	if c := OfImage("x", nil); c.Unknown == "" {
		t.Error("nothing is unknown of an image without facts")
	}
	c := OfImage("x", &baseimage.Facts{Image: "x", Config: &baseimage.Config{User: "1000:5", Grants: []string{"gives a program capabilities"}}})
	if got := spellContainer(c); got != "1000:5 1000:5 gains its history gap: the programs of x are not known" {
		t.Error(got)
	}
}

// TestContainerData: what the arguments of the starts name for data, and the harmless rest.
func TestContainerData(t *testing.T) {
	for start, want := range map[string]string{
		`["npx", "json-server", "--watch", "db.json"]`: "/app/db.json",
		`["node", "server.js", "/var/lib/data"]`:       "/var/lib/data",
		`["node", "server.js", "config.json"]`:         "",
		`["node", "database.js"]`:                      "",
		`["node", "server.js", "logs"]`:                "/app/logs",
		`["npx", "tool", "db", "push"]`:                "",
		`["node", "server.js", "--port", "3000"]`:      "",
	} {
		c := of(t, "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD "+start+"\n", files("server.js", "", "db.json", "{}", "logs/x", "")).Container("Dockerfile")
		if got := strings.Join(c.Data, " "); got != want {
			t.Errorf("%s: %q, want %q", start, got, want)
		}
	}
}
