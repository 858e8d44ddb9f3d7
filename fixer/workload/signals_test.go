package workload

import (
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/shell"
)

func TestSends(t *testing.T) {
	for line, want := range map[string]string{
		"kill -HUP 1": "HUP", "kill -s SIGUSR2 1": "USR2", "kill --signal=quit 1": "QUIT", "kill -1 1": "HUP", "kill 1": "TERM",
		"pkill -USR2 node": "USR2", "killall -9 node": "KILL", "kill -n 1": "TERM", "echo -HUP": "",
	} {
		script, err := shell.Parse(line, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := Sends(script.Calls[0]); got != want {
			t.Errorf("%s sends %q, want %q", line, got, want)
		}
	}
	for signal, want := range map[string]bool{"HUP": true, "USR2": true, "ALRM": true, "TERM": false, "USR1": false, "WINCH": false, "": false} {
		if got := Ends(signal); got != want {
			t.Errorf("%q ends node: %v, want %v", signal, got, want)
		}
	}
}

func TestHandles(t *testing.T) {
	files := fstest.MapFS{
		"server.js":      {Data: []byte("process.on('SIGHUP', reload)\n// SIGUSR2 is nodemon's\nprocess.kill(pid, 'SIGALRM')\n"), Mode: 0o644},
		"scripts/run.js": {Data: []byte("process.on('SIGQUIT', stop)\n"), Mode: 0o644},
	}
	for signal, want := range map[string]bool{"HUP": true, "USR2": false, "ALRM": false, "QUIT": false} {
		if got := len(Open(files).NodeProcess().Handles(signal)) > 0; got != want {
			t.Errorf("SIG%s is handled: %v, want %v", signal, got, want)
		}
	}
}

func TestOrphans(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a.py", `subprocess.Popen(f"curl {url} &", shell=True)`, true},
		{"a.py", `print("this and that &")`, false},
		{"a.py", `threading.Thread(target=f, daemon=True)`, false},
		{"a.py", `if os.fork() > 0: pass`, true},
		{"a.go", `c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}`, true},
		{"a.js", `// detached: true`, false},
		{"a.js", `import puppeteer from 'puppeteer'`, true},
		{"a.rb", `Process.daemon`, true},
	} {
		got := Open(fstest.MapFS{c.name: {Data: []byte(c.text), Mode: 0o644}}).orphans()
		if len(got) > 0 != c.want {
			t.Errorf("%s: %v, want one: %v", c.text, got, c.want)
		}
	}
}
