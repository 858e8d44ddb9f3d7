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

// show returns the calls: uncertain ones in brackets, unknown words as ?.
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

// TestBomb: a variable that doubles repeatedly does not grow without bound.
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

// TestSucceeded marks the calls that must have succeeded with "+".
func TestSucceeded(t *testing.T) {
	for _, c := range []struct {
		script  string
		errexit bool
		want    string
	}{
		{"a", false, "+a"},
		{"a; b", false, "a +b"},
		{"a && b && c", false, "+a +b +c"},
		{"a && b; c", false, "a b +c"},
		{"a > x 2>&1", false, "+a"},
		{"a; b; c && d", true, "+a +b +c +d"},
		{"a && b; c", true, "a b +c"}, // errexit ignores a
		{"a || b", true, "a b"},
		{"a | b", true, "a b"},
		{"! a; b", true, "a +b"},
		{"a & b", true, "a +b"},
		{"(a); { b; }; if c; then d; fi", true, "a b c d"},
		{"f() { a; }; b; f", true, "a +b +f"},
		{"sudo a", false, "+sudo a"},
		{"sh -c a", false, "+sh a"},
		// the option errexit
		{"set -e; a; b", false, "+set +a +b"},
		{"set -o errexit; a; b", false, "+set +a +b"},
		{"set -euxo pipefail; a; b", false, "+set +a +b"},
		{"set -o pipefail; a; b", false, "set a +b"},
		{"set -e; a; set +e; b; c", false, "+set +a set b +c"},
		{"set -e; set +o errexit; b; c", false, "+set set b +c"},
		{"set -- -e; a; b", false, "set a +b"}, // a parameter
		{"set -e -- $X; a; b", false, "+set +a +b"},
		{"set -e; set $X; a; b", false, "+set set a +b"},
		{"set -e; true && set +e; a; b", false, "set true set a +b"},
		{"if a; then set +e; fi; b; c", true, "a set b +c"},
		{"! set +e; b; c", true, "set b +c"},
		{"command set +e; b; c", true, "command set b +c"},
		{"if a; then set -x; fi; b; c", true, "a set +b +c"},
		{"set -e && a; b; c", false, "set a b +c"},
		// an end before the end
		{"a && exit 0; b", false, "a exit b"},
		{"a && exit; b", true, "a exit b"},
		{"a && exit $X; b", true, "a exit b"},
		{"a && exit 256; b", true, "a exit b"},
		{"a && exit 00; b", true, "a exit b"},
		{`a && "exit" 0; b`, true, "a exit b"},
		{"a && command exit 0; b", true, "a command exit b"},
		{"a || exit 1; b", true, "a exit +b"},
		{"exit 1; b", true, "+exit b"},
		{"a || exec b; c", true, "a exec b c"},
		{"trap 'exit 0' EXIT; c", true, "trap c"},
		{"f() { return; }; c", true, "return c"},
	} {
		parse := Parse
		if c.errexit {
			parse = ParseErrexit
		}
		s, err := parse(c.script, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, call := range s.Calls {
			name := call.Name
			if call.Succeeded {
				name = "+" + name
			}
			if call.Succeeded && !call.Certain {
				t.Errorf("%q: %s has succeeded, but may not have run", c.script, call.Name)
			}
			got = append(got, name)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%q, errexit %t:\n got %s\nwant %s", c.script, c.errexit, g, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for script, want := range map[string]bool{
		"a b": true, `a 'b c' "d"`: true, `a '$b*'`: true, "a > $x": true,
		"a $b": false, "a `b`": false, "U=x; a $U": false, "$a": false, "a *.b": false, "a {b,c}": false, "a ~b": false,
		`a \b`: false, `a "\$b"`: false, "a $'b'": false, "B=c a": false, "sudo a $b": false, `U=x; sh -c "a $U"`: false, "sh -c 'a b'": true,
	} {
		s, err := Parse(script, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Calls[len(s.Calls)-1].Plain; got != want {
			t.Errorf("%q: plain is %t", script, got)
		}
	}
}

// TestWords: each word is listed once with its call, in any role.
func TestWords(t *testing.T) {
	for script, want := range map[string]string{
		"a 'b'; c":                    "0:a 0:'b' 1:c",
		"X=b a > c":                   "-1:b 0:a -1:c",
		"f() { a; }":                  "-1:f()  0:a",
		"for x in a b; do c $x; done": "-1:a -1:b 0:c 0:$x",
		"a $(b c)":                    "1:a 1:$(b c) 0:b 0:c",
		"a # b":                       "0:a",
		"sudo a; b":                   "0:sudo 0:a 2:b",
		"sh -c 'a b'; c":              "0:sh 0:-c 0:'a b' 2:c",
		"cat <<E\na\nE\n":             "0:cat -1:E -1:a\nE",
		"X=a":                         "-1:a",
		"case a in b) c;; esac":       "-1:a -1:b 0:c",
	} {
		s, err := Parse(script, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range s.Words {
			got = append(got, fmt.Sprintf("%d:%s", w.Call, w.Text))
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q: %q, want %q", script, g, want)
		}
	}
}

// TestFrom: a call knows whose output it reads.
func TestFrom(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"a | b", "b<a"},
		{"a | b | c", "b<a c<b"},
		{"a && b | sudo -E c -; d", "sudo<b c<b"},
		{"(a; b) | c", "c<b"},
		{"a | (b; c)", ""},
		{"X=1 | a", ""},
		{"a; b", ""},
		{"a | b $(c)", "b<a"},
		{`x; sh -c "a | b"`, "b<a"},
	} {
		s, err := Parse(c.script, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, call := range s.Calls {
			if call.From >= 0 {
				got = append(got, call.Name+"<"+s.Calls[call.From].Name)
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %q, want %q", c.script, text, c.want)
		}
	}
	if s, err := FromArgs([]string{"sh", "-c", "a | b"}, nil); err != nil || s.Calls[2].From != 1 || s.Calls[0].From != -1 {
		t.Errorf("exec form: %+v (error %v)", s, err)
	}
}
