package filerights

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/shell"
)

func TestGiven(t *testing.T) {
	const setuid = "gives a file setuid or setgid"
	for line, want := range map[string]string{
		"setcap cap_net_bind_service=+ep /usr/bin/caddy": "gives a program capabilities",
		"chmod u+s /x": setuid, "chmod +s /x": setuid, "chmod 4755 /x": setuid, "chmod -R 6755 /x": setuid, "chmod g=s /x": setuid,
		"chmod 0755 /x": "", "chmod 1777 /tmp": "", "chmod +x /x": "", "chmod a+rX /s": "", "chown s /x": "", "chmod $MODE /x": "",
	} {
		s, err := shell.Parse(line, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := Given(s.Calls[0]); got != want {
			t.Errorf("%s: %q", line, got)
		}
	}
}

// TestIn: commands in scripts of any language, and modes that give nothing.
func TestIn(t *testing.T) {
	for text, want := range map[string]string{
		"subprocess.run(['setcap', 'cap_net_raw+ep', f])": "setcap", "install -o root -m 4755 helper /usr/bin\n": "install -o root -m 4755",
		"sh -c 'chmod u+s /x'": "u+s", "dpkg-statoverride --add root root 4755 /x": "dpkg-statoverride", "chmod 0755 /x": "", "install -m 755 a b": "", "port = 4755": "",
	} {
		if got := In(text); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
