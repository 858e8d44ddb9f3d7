package workload

import (
	"strings"
	"testing"
)

// TestSourcedScripts: which scripts a start script runs by a word with a variable.
func TestSourcedScripts(t *testing.T) {
	const unknown = "unknown"
	for _, c := range []struct{ name, dockerfile, start, want string }{
		{"a loop over files", "", "for f in /d/*.sh; do . \"$f\"; done", "d/a.sh d/b.sh"},
		{"a loop over a command", "", "for f in $(ls /d/*.sh | sort); do sh ${f}; done", "d/a.sh d/b.sh"},
		{"a loop over names", "", "for n in b c; do . \"/d/$n.sh\"; done", "d/b.sh"},
		{"programs", "", "for f in /d/*; do \"$f\"; done", "d/a.sh d/b.sh"},
		{"an empty directory", "", "for f in /e/*.sh; do . \"$f\"; done", ""},
		{"a directory that a RUN prepares", "RUN mkdir -p /e && chmod 755 /e\n", "for f in /e/*.sh; do . \"$f\"; done", ""},
		{"a directory that a RUN fills", "RUN cp -r /usr/share/x /e\n", "for f in /e/*.sh; do . \"$f\"; done", unknown},
		{"a directory of another image", "COPY --from=x /e /e\n", "for f in /e/*.sh; do . \"$f\"; done", unknown},
		{"run-parts", "", "run-parts /d", "d/a.sh d/b.sh"},
		{"beside the script", "", ". \"$(dirname \"$0\")/d/a.sh\"", "d/a.sh"},
		{"beside the script by a variable", "", "HERE=$(cd \"$(dirname \"$0\")\" && pwd)\n. $HERE/d/a.sh", "d/a.sh"},
		{"a variable", "", ". \"$SETUP\"", unknown},
		{"an environment", "", ". \"$VENV/bin/activate\"\n. \"$ENV_FILE\"\n. /opt/venv/bin/activate", ""},
		{"the arguments", "", "exec sh \"$@\"", ""},
		{"another loop", "", "for f in /d/*.sh; do echo \"$f\"; done\n. \"$g\"", unknown},
	} {
		w := of(t, "FROM debian\n"+c.dockerfile+"COPY d /d\nCOPY start.sh /app/\nWORKDIR /app\nCMD [\"./start.sh\"]\n",
			files("start.sh", "#!/bin/sh\n"+c.start+"\n", "d/a.sh", "true", "d/b.sh", "true"))
		var got []string
		seen := map[string]bool{"start.sh": true}
		w.eachScript(func(s *Script) {
			if s.Kind == ShellScript && !seen[s.Name] {
				seen[s.Name] = true
				got = append(got, s.Name)
			}
			for _, command := range s.Commands {
				if command.Unfollowed != "" && !seen[unknown] {
					seen[unknown] = true
					got = append(got, unknown)
				}
			}
		})
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestScriptsOfTheDockerfile: scripts and sources that the Dockerfile itself holds.
func TestScriptsOfTheDockerfile(t *testing.T) {
	for _, c := range []struct{ name, dockerfile, want string }{
		{"a heredoc", "COPY <<'E' /usr/local/bin/start\n#!/bin/sh\necho $$ > /run/a.pid\nE\nCMD [\"start\"]", "/run/a.pid by the start surely"},
		{"a heredoc in a directory", "COPY <<start.sh /x/\necho 1 > /run/a\nstart.sh\nCMD [\"/x/start.sh\"]", "/run/a by the start surely"},
		{"cat of a RUN", "RUN cat > /usr/local/bin/start <<'E'\n#!/bin/sh\necho 1 > /run/a\nE\nCMD [\"start\"]", "/run/a by the start surely"},
		{"a source", "COPY <<E a.py\n\nopen('/data/x', 'w')\nE\nCMD [\"python3\", \"a.py\"]", "/data/x by Dockerfile surely"},
		{"a source by its first line", "COPY --chmod=755 <<E /usr/local/bin/run\n#!/usr/bin/env python3\nopen('/data/x', 'w')\nE\nCMD [\"run\"]", "/data/x by Dockerfile surely"},
		{"another source", "COPY <<E a.py\nopen('/data/x', 'w')\nE\nCMD [\"python3\", \"b.py\"]", ""},
	} {
		if got := spellWrites(of(t, "FROM debian\nWORKDIR /app\n"+c.dockerfile+"\n", files("b.py", "print(1)"))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	w := of(t, "FROM debian\nRUN printf 'exec x' > /usr/local/bin/start\nENTRYPOINT [\"start\"]\n", files())
	if got := w.Start().Commands[0].Unread; !strings.Contains(got, "which line 2 writes") {
		t.Errorf("made by a RUN: %q", got)
	}
	w = of(t, "FROM debian\nRUN curl https://x > /usr/local/bin/start\nENTRYPOINT [\"start\"]\n", files())
	if got := w.Start().Commands[0].Unread; got != "" {
		t.Errorf("downloaded by a RUN: %q", got)
	}
}

// TestOutputs: files that programs make by their arguments.
func TestOutputs(t *testing.T) {
	for command, want := range map[string]string{
		"mkfifo -m 600 /run/x":                          "/run/x by mkfifo surely",
		"dd if=/dev/zero of=/swap count=1":              "/swap by dd surely",
		"mktemp -d":                                     "",
		"mktemp -p /run":                                "/run by mktemp surely",
		"mktemp /run/x.XXXX":                            "/run/x.XXXX by mktemp surely",
		"socat UNIX-LISTEN:/run/x.sock,fork TCP:x:1":    "/run/x.sock by socat surely",
		"gunicorn --pid /run/x.pid a:b":                 "/run/x.pid by gunicorn --pid",
		"feedd --log-file=/var/log/x.log":               "/var/log/x.log by feedd --log-file",
		"gunicorn --access-logfile - --uds /app/x.sock": "/app/x.sock by gunicorn --uds",
		"wget -q -O - http://localhost:3000/":           "",
		"wget -O page http://localhost:3000/":           "/app/page by wget surely",
		"feedd --log-file /dev/stderr --pid 5":          "",
		"feedd --log-level /x --config /etc/x.conf":     "",
	} {
		if got := spellWrites(of(t, "FROM debian\nWORKDIR /app\nCMD "+command+"\n", files())); got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}
