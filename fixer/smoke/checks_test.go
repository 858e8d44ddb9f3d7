package smoke

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/workload"
)

// imageOf returns an image with that user, the accounts of node's, and a volume.
func imageOf(user string) workload.Container {
	return workload.OfImage("node:22", &baseimage.Facts{Image: "node:22", Config: &baseimage.Config{User: user, Volumes: []string{"/image"}}, Accounts: &baseimage.Accounts{
		Users: []baseimage.User{{Name: "root"}, {Name: "node", UID: 1000, GID: 1000}}, Groups: []baseimage.Group{{Name: "root"}, {Name: "node", GID: 1000}}, Complete: true,
	}})
}

// TestOfService: what a service, or its image, states is asked for, and nothing else.
func TestOfService(t *testing.T) {
	unknown := workload.Container{Unknown: "nothing is known"}
	doubted := imageOf("node")
	doubted.Doubts = []string{"another Dockerfile"}
	for name, c := range map[string]struct {
		image   workload.Container
		service string
		want    string
		unknown string
	}{
		"nothing":                {imageOf(""), "", "", ""},
		"an unknown image":       {unknown, "", "", ""},
		"the image's user":       {imageOf("node"), "", "--user 1000:1000 --allow-root-group --no-engine-socket", ""},
		"some user":              {workload.Container{Unknown: "no number", NotRoot: true}, "", "--non-root --allow-root-group --no-engine-socket", ""},
		"one in doubt":           {doubted, "", "", "user"},
		"stated, in doubt":       {doubted, `user: "5:6"`, "--user 5:6 --no-engine-socket", ""},
		"a user":                 {imageOf(""), `user: "5:6"`, "--user 5:6 --no-engine-socket", ""},
		"a user without a group": {imageOf(""), `user: "5"`, "--user 5:0 --allow-root-group --no-engine-socket", ""},
		"a name":                 {imageOf(""), "user: node", "--user 1000:1000 --allow-root-group --no-engine-socket", ""},
		"of an unknown image":    {unknown, `user: "5"`, "--user 5 --allow-root-group --no-engine-socket", ""},
		"an unknown name":        {unknown, "user: node", "", "user"},
		"a variable":             {imageOf("node"), "user: $WHO", "", "user"},
		"root over the image":    {imageOf("node"), "user: root", "", ""},
		"further groups":         {imageOf(""), `{user: "5:6", group_add: [audio]}`, "--user 5:6 --allow-root-group --no-engine-socket", ""},
		"read-only":              {imageOf(""), "read_only: true", "--read-only --writable /image --no-engine-socket", ""},
		"not read-only":          {imageOf(""), "{read_only: false, tmpfs: /tmp}", "", ""},
		"of unknown volumes":     {unknown, "{read_only: true, tmpfs: /tmp}", "--read-only --writable /tmp --allow-mounts --no-engine-socket", ""},
		"mounts":                 {imageOf(""), `{read_only: true, tmpfs: ["/run", "/tmp:mode=1777,size=1m", "/ro:ro"], volumes: ["data:/x", "./y:/y:ro", /z, {type: tmpfs, target: /t}]}`, "--read-only --writable /image --writable /run --writable /t --writable /tmp --writable /x --writable /z --no-engine-socket", ""},
		"one over the image's":   {imageOf(""), `{read_only: true, volumes: ["./y:/image:ro"]}`, "--read-only --no-engine-socket", ""},
		"secrets":                {imageOf(""), "{read_only: true, secrets: [s]}", "--read-only --writable /image --no-engine-socket", ""},
		"an unknown mount":       {imageOf(""), `{read_only: true, volumes: ["data:$WHERE"]}`, "--read-only --writable /image --allow-mounts", ""},
		"privileged":             {imageOf(""), "{read_only: true, privileged: true}", "--read-only --writable /image --allow-mounts --no-engine-socket", ""},
		"the socket":             {imageOf(""), `{read_only: true, volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]}`, "--read-only --writable /image", ""},
		"all capabilities":       {imageOf(""), "cap_drop: [all]", "--cap-drop ALL --no-engine-socket", ""},
		"but one":                {imageOf(""), "{cap_drop: [ALL], cap_add: [cap_chown, CHOWN]}", "--cap-drop ALL --cap-add CHOWN --no-engine-socket", ""},
		"all, and all again":     {imageOf(""), "{cap_drop: [ALL], cap_add: [ALL]}", "", ""},
		"some":                   {imageOf(""), "{cap_drop: [NET_RAW, KILL], cap_add: [KILL]}", "--cap-drop NET_RAW --no-engine-socket", ""},
		"some of all":            {imageOf(""), "{cap_drop: [NET_RAW], cap_add: [ALL]}", "--cap-drop NET_RAW --no-engine-socket", ""},
		"added ones":             {imageOf(""), "cap_add: [NET_RAW]", "", ""},
		"an unknown one":         {imageOf(""), "cap_drop: [$WHICH]", "", "cap_drop"},
		"one that is none":       {imageOf(""), "cap_drop: [NET_ROW]", "", "cap_drop"},
		"no new privileges":      {imageOf(""), "security_opt: [no-new-privileges]", "--no-new-privileges --no-engine-socket", ""},
		"said so":                {imageOf(""), "security_opt: ['no-new-privileges=true']", "--no-new-privileges --no-engine-socket", ""},
		"new ones":               {imageOf(""), "security_opt: ['no-new-privileges:false']", "", ""},
		"a filter":               {imageOf(""), "security_opt: ['seccomp:a.json']", "--seccomp --no-engine-socket", ""},
		"none":                   {imageOf(""), "security_opt: ['seccomp=unconfined', 'apparmor=x']", "", ""},
		"a variable for it":      {imageOf(""), "security_opt: ['no-new-privileges:$IT', 'seccomp=$IT']", "", "security_opt"},
		"read-only by one":       {imageOf(""), "{read_only: $IT, tmpfs: /tmp}", "", "read_only"},
		"the engine's API":       {imageOf(""), "{security_opt: [no-new-privileges], use_api_socket: true}", "--no-new-privileges", ""},
	} {
		t.Run(name, func(t *testing.T) {
			service := strings.TrimSuffix(strings.TrimPrefix(c.service, "{"), "}")
			p := compose.LoadExample("compose.yaml", 1, "services:\n  app: {image: a, "+service+"}\nsecrets: {s: {file: s}}\nvolumes: {data: }\n")
			if len(p.Services) != 1 {
				t.Fatalf("not a service: %v", p.Gaps)
			}
			checks, unknown := OfService(p.Services[0], c.image)
			if got := strings.Join(checks.Args(), " "); got != c.want || strings.Join(unknown, " ") != c.unknown {
				t.Errorf("got %q, unknown %q\nwant %q", got, unknown, c.want)
			}
			if c.want == "" {
				return
			}
			// The script takes each of them.
			proc := tree(t, hardened.as("10", "1"))
			if out, code := run(t, text, nil, append(checks.Args(), "--pid", "10", "--proc", proc)...); code == 2 {
				t.Errorf("the script refuses %q:\n%s", checks.Args(), out)
			}
		})
	}
}

// TestWords: a shell reads words as they are.
func TestWords(t *testing.T) {
	words := []string{"a", "", "a b", "$(touch pwned)", "it's", "`x`", "*", "--a=b", "\\", "\"", "ä", "a\nb", "~"}
	out, code := run(t, "for word in "+Words(words)+"; do printf '<%s>' \"$word\"; done", nil)
	if want := "<" + strings.Join(words, "><") + ">"; out != want || code != 0 {
		t.Errorf("got %q, want %q", out, want)
	}
}
