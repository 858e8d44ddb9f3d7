package stage

import (
	"testing"
	"testing/fstest"
)

func TestOrigin(t *testing.T) {
	context := fstest.MapFS{
		"package.json": {}, "start.sh": {}, "docker/run.sh": {}, "src/app.js": {}, "bin/tool": {},
	}
	for _, c := range []struct{ name, src, file, want string }{
		{"whole context", "FROM a\nWORKDIR /app\nCOPY . .\n", "/app/src/app.js", "src/app.js"},
		{"not in the context", "FROM a\nWORKDIR /app\nCOPY . .\n", "/app/nosuch", "none"},
		{"file to file", "FROM a\nCOPY start.sh /go\n", "/go", "start.sh"},
		{"file into directory", "FROM a\nCOPY start.sh /usr/bin/\n", "/usr/bin/start.sh", "start.sh"},
		{"several files", "FROM a\nCOPY start.sh package.json /x\n", "/x/start.sh", "start.sh"},
		{"directory", "FROM a\nCOPY docker /x\n", "/x/run.sh", "docker/run.sh"},
		{"glob", "FROM a\nWORKDIR /app\nCOPY package*.json ./\n", "/app/package.json", "package.json"},
		{"glob that misses", "FROM a\nWORKDIR /app\nCOPY package*.json ./\n", "/app/start.sh", "none"},
		{"glob below a directory", "FROM a\nCOPY docker/*.sh /x/\n", "/x/run.sh", "docker/run.sh"},
		{"the last copy wins", "FROM a\nCOPY start.sh /go\nCOPY docker/run.sh /go\n", "/go", "docker/run.sh"},
		{"by variable", "FROM a\nARG D=docker\nCOPY $D/run.sh /go\n", "/go", "docker/run.sh"},
		{"parent stage", "FROM a AS p\nCOPY start.sh /go\nFROM p\n", "/go", "start.sh"},
		{"through a stage", "FROM a AS b\nWORKDIR /src\nCOPY . .\nFROM a\nWORKDIR /app\nCOPY --from=b /src .\n", "/app/package.json", "package.json"},
		{"through a stage, a file", "FROM a AS b\nWORKDIR /src\nCOPY . .\nFROM a\nCOPY --from=0 /src/start.sh /x/\n", "/x/start.sh", "start.sh"},
		{"made in a stage", "FROM a AS b\nRUN make\nFROM a\nCOPY --from=b /out/server /server\n", "/server", "from b"},
		{"of an image", "FROM a\nCOPY --from=img:1 /bin/x /bin/x\n", "/bin/x", "from img:1"},
		{"heredoc", "FROM a\nCOPY <<E /go\nx\nE\n", "/go", "text x\n"},
		{"heredoc in a directory", "FROM a\nCOPY <<x.sh <<y.sh /d/\nx\nx.sh\n\\$y\ny.sh\n", "/d/y.sh", "text $y\n"},
		{"another heredoc", "FROM a\nCOPY <<E /go\nx\nE\n", "/other", "none"},
		{"elsewhere", "FROM a\nCOPY . /app\n", "/start.sh", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nodes := resolve(t, c.src, Options{}).Nodes
			o := nodes[len(nodes)-1].Eval(testBase).Origin(c.file, context)
			got := "none"
			switch {
			case o.Name != "":
				got = o.Name
			case o.Heredoc != nil:
				got = "text " + o.Text
			case o.From != "":
				got = "from " + o.From
			case o.Copied:
				got = "unknown"
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
