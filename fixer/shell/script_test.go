package shell

import (
	"fmt"
	"strings"
	"testing"
)

func env(name string) (string, bool) {
	v, ok := map[string]string{"USER_NAME": "app", "UID_": "1001", "EMPTY": "", "LIST": "a b"}[name]
	return v, ok
}

// show prints the calls: uncertain ones in brackets, unknown words as ?.
func show(s *Script) string {
	var out []string
	for _, c := range s.Calls {
		line := c.Name
		if line == "" {
			line = "?"
		}
		for _, a := range c.Args {
			if a.Known {
				line += fmt.Sprintf(" %s", a.Text)
			} else {
				line += " ?"
			}
		}
		if !c.Certain {
			line = "[" + line + "]"
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"npm ci", "npm ci"},
		{"a && b; c", "a; b; c"},
		{"a || b", "a; [b]"},
		{"a && b || c", "a; [b]; [c]"},
		{"(a && b) || c", "[a]; [b]; [c]"},
		{"a || b && c", "a; [b]; c"},
		{"if a; then b; elif c; then d; else e; fi; f", "a; [b]; [c]; [d]; [e]; f"},
		{"for i in 1 2; do a $i; done", "[a ?]"},
		{"while a; do b; done", "a; [b]"},
		{"f() { a; }; f", "[a]; f"},
		{"case x in x) a;; esac", "[a]"},
		{"{ a; b; } > /dev/null", "a; b"},
		{"a | b", "a; b"},
		{"a &", "[a]"},
		{"! a", "[a]"},
		{"(a; b) &", "[a]; [b]"},
		{"! { a; }", "[a]"},
		{"exit 0; a", "exit 0; [a]"},
		{"if a; then exit 1; fi; b", "a; [exit 1]; b"},
		{"/usr/sbin/useradd -m $USER_NAME", "useradd -m app"},
		{`useradd "${USER_NAME}" -u ${UID_:-1}`, "useradd app -u 1001"},
		{"useradd $NOSUCH ${NOSUCH:-x} ${EMPTY:-y}", "useradd ? ? y"},
		{"a $LIST \"$LIST\"", "a ? a b"},
		{`a 'b c' "d \$e" f\ g`, "a b c d $e f g"},
		{"U=x; useradd $U", "useradd x"},
		{"U=$(id -u); useradd $U", "id -u; useradd ?"},
		{"if a; then U=x; fi; useradd $U", "a; useradd ?"},
		{"U=x true; useradd $U", "true; useradd ?"},
		{"export U=x; useradd $U", "useradd x"},
		{"a ~/x ~root", "a ? ?"},
		{"a $((1+2)) ${x%y} $'z'", "a ? ? ?"},
		{"sudo -u root -E useradd x", "sudo -u root -E useradd x; useradd x"},
		{"env A=b useradd x", "env A=b useradd x; useradd x"},
		{"exec gosu node node server.js", "exec gosu node node server.js; gosu node node server.js; node server.js"},
		{"exec a; b", "exec a; a; [b]"},
		{"sh -c 'a && b || c'", "sh -c a && b || c; a; [b]; [c]"},
		{"bash -euxc \"useradd $USER_NAME\"", "bash -euxc useradd app; useradd app"},
		{"tini -g -- npm start", "tini -g -- npm start; npm start"},
		{"timeout -k 5 10 a", "timeout -k 5 10 a; a"},
		{"$CMD x", "? x"},
		{"a # useradd", "a"},
	} {
		t.Run(c.script, func(t *testing.T) {
			s, err := Parse(c.script, env)
			if err != nil {
				t.Fatal(err)
			}
			if got := show(s); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestNested: scripts inside scripts share one bound.
func TestNested(t *testing.T) {
	inner := strings.Repeat("b;", 500)
	for _, script := range []string{
		"a='" + inner + "'; c=\"" + strings.Repeat("sh -c '$a';", 50) + "\"; " + strings.Repeat("sh -c \"$c\";", 100),
		"a='" + inner + "'; " + strings.Repeat("sh -c \"$a\";", 1000),
	} {
		if s, err := Parse(script, nil); err == nil && len(s.Calls) > MaxCalls {
			t.Errorf("%d calls", len(s.Calls))
		}
	}
}

// TestBomb: a variable that doubles over and over does not.
func TestBomb(t *testing.T) {
	s, err := Parse("A=xxxxxxxx; "+strings.Repeat("A=$A$A$A$A; ", 40)+"useradd $A", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Calls[0].Args[0]; a.Known || a.Text != "" {
		t.Errorf("a word of %d bytes", len(a.Text))
	}
}

func TestSimple(t *testing.T) {
	for script, want := range map[string]bool{
		"node server.js": true, "a && b": false, "a > b": false, "A=b c": false, "a; b": false, "A=b": false, "! a": false, "a &": false,
	} {
		s, err := Parse(script, nil)
		if err != nil {
			t.Fatal(err)
		}
		if s.Simple != want {
			t.Errorf("%q: simple is %v", script, s.Simple)
		}
	}
}

func TestSyntaxError(t *testing.T) {
	for _, script := range []string{"a && ", "if a", "a 'b", "foo)", strings.Repeat("a;", MaxCalls+1)} {
		if s, err := Parse(script, nil); err == nil {
			t.Errorf("%q parsed to %s", script, show(s))
		}
	}
}

func TestOptions(t *testing.T) {
	s, err := Parse(`useradd -rmg grp --uid=10 -u11 --shell "/bin/sh" -d $NOSUCH name -- -x`, nil)
	if err != nil {
		t.Fatal(err)
	}
	takes := func(o string) bool { return o == "-g" || o == "--uid" || o == "-u" || o == "--shell" || o == "-d" }
	values, operands := s.Calls[0].Options(takes)
	for name, want := range map[string]string{"-g": "grp", "--uid": "10", "-u": "11", "--shell": "/bin/sh", "-d": ""} {
		if v, ok := values[name]; !ok || v.Text != want {
			t.Errorf("%s is %q, want %q", name, v.Text, want)
		}
	}
	if _, ok := values["-r"]; !ok || values["-d"].Known {
		t.Errorf("flags of the cluster or unknown values: %v", values)
	}
	if len(operands) != 2 || operands[0].Text != "name" || operands[1].Text != "-x" {
		t.Errorf("operands %v", operands)
	}
}

func TestFromArgs(t *testing.T) {
	s, err := FromArgs([]string{"sh", "-c", "chown -R $USER_NAME /data && exec node a.js"}, env)
	if err != nil {
		t.Fatal(err)
	}
	want := "sh -c chown -R $USER_NAME /data && exec node a.js; chown -R app /data; exec node a.js; node a.js"
	if got := show(s); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWrites(t *testing.T) {
	s, err := Parse(`a > /etc/x 2>&1; if b; then c >> "$USER_NAME.log"; fi; sh -c 'd &> e'; f < g; h > $NOSUCH`, env)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range s.Writes {
		got = append(got, w.Text)
	}
	if strings.Join(got, " ") != "/etc/x app.log e " {
		t.Errorf("%q", got)
	}
}
