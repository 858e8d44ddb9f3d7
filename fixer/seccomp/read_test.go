package seccomp

import (
	"errors"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/document"
)

// TestBadInput: what Docker or the runtime refuses, or readers take in different ways, is
// an error with its place.
func TestBadInput(t *testing.T) {
	const rules = `{"defaultAction": "SCMP_ACT_ERRNO",
 "syscalls": [`
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "p.json:1:1: not JSON: unexpected end of JSON input"},
		{"no JSON", "defaultAction: SCMP_ACT_ERRNO\n", "p.json:1:1: not JSON: invalid character 'd' looking for beginning of value"},
		{"cut off", "{\n \"defaultAction\": ", "p.json:2:18: not JSON: unexpected end of JSON input"},
		{"a comma at the end", "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n}", "p.json:2:1: not JSON: invalid character '}' looking for beginning of object key string"},
		{"two values", "{}\n{}", "p.json:2:1: not JSON: invalid character '{' after top-level value"},
		{"too deep", strings.Repeat("[", 20000), "p.json:1:10001: not JSON: invalid character '[' exceeded max depth"},
		{"too large", strings.Repeat(" ", MaxBytes+1), "p.json: larger than 1 MiB: not a seccomp profile"},
		{"a list", "\n [1]", "p.json:2:2: not a seccomp profile: no object"},
		{"null", "null", "p.json:1:1: not a seccomp profile: no object"},
		{"another object", `{"name": "app", "version": "1.0.0"}`, "p.json:1:1: not a seccomp profile: it has no defaultAction"},
		{"an unknown default action", "{\n\t\"defaultAction\": \"DENY\"}", `p.json:2:19: unknown action "DENY"`},
		{"no default action", `{"defaultAction": null}`, `p.json:1:19: unknown action ""`},
		{"a number as action", `{"defaultAction": 1}`, `p.json:1:19: number is not a string`},
		{"a list as rules", `{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": {}}`, `p.json:1:49: object is not a list`},
		{"a text as names", rules + `{"names": "read"}]}`, `p.json:2:25: string is not a list`},
		{"a number as name", rules + `{"names": ["read", 3]}]}`, `p.json:2:34: number is not a string`},
		{"a negative index", rules + `{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": -1}]}]}`, `p.json:2:82: number -1 is not a number from 0`},
		{"a text as condition", rules + `{"names": ["read"], "includes": "amd64"}]}`, `p.json:2:47: string is not an object`},
		{"a version of the kernel", rules + `{"names": ["read"], "includes": {"minKernel": "new"}}]}`, `p.json:1:1: invalid kernel version: "new", expected "<kernel>.<major>"`},
		{"a key twice", "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"defaultAction\": \"SCMP_ACT_ALLOW\"}", `p.json:2:2: the key "defaultAction" is here for the second time`},
		{"a key twice, in other letters", "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"DEFAULTACTION\": \"SCMP_ACT_ALLOW\"}", `p.json:2:2: the key "DEFAULTACTION" is here for the second time`},
		{"a key twice in a rule", rules + "\n{\"names\": [\"read\"], \"names\": []}]}", `p.json:3:21: the key "names" is here for the second time`},
		{"no action in a rule", rules + `{"names": ["read"]}]}`, `p.json:2:15: unknown action ""`},
		{"an unknown action in a rule", rules + `{"names": ["read"], "action": "ALLOW"}]}`, `p.json:2:45: unknown action "ALLOW"`},
		{"no rule", rules + `null]}`, `p.json:2:15: null is not a rule`},
		{"name and names", rules + `{"name": "read", "names": ["write"], "action": "SCMP_ACT_ALLOW"}]}`, `p.json:2:24: both name and names: Docker refuses a rule with both`},
		{"an unknown operator", rules + `{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "=="}]}]}`, `p.json:2:91: unknown operator "=="`},
		{"a seventh argument", rules + `{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "op": "SCMP_CMP_EQ"}]}]}`, `p.json:2:82: a system call has no argument 6: they count from 0 to 5`},
		{"architectures and archMap", `{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "archMap": [{"architecture": "SCMP_ARCH_X86_64"}]}`, `p.json:1:87: both architectures and archMap: Docker refuses a profile with both`},
		{"what a terminal obeys", "{\"defaultAction\": \"\\u001b[31m\"}", `p.json:1:19: unknown action "\x1b[31m"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, err := Check("p.json", []byte(c.text))
			var e *document.Error
			if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, problems %v, want %s", err, problems, c.want)
			}
		})
	}
}

// TestAccepted are forms that Docker reads as well.
func TestAccepted(t *testing.T) {
	for _, text := range []string{
		`{"defaultAction": "SCMP_ACT_ERRNO"}`,
		`{"DEFAULTACTION": "SCMP_ACT_ERRNO", "Syscalls": [{"NAMES": ["read"], "Action": "SCMP_ACT_ALLOW"}]}`,
		`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"name": "read", "action": "SCMP_ACT_ALLOW"}]}`,
		`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": [], "action": "SCMP_ACT_ALLOW", "args": null}]}`,
		`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": null, "archMap": null}`,
	} {
		if _, err := Check("p.json", []byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestPlaces: each value of a text has its place.
func TestPlaces(t *testing.T) {
	const text = "{ \"a\" :\t[ 1 , {\"é\": [true, null]} ,\"x\\\"y\"],\r\n\"b\":{} }"
	s := &source{text: []byte(text)}
	var err error
	if s.root, err = scan(s.text); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path []any
		want string // what the text has there
	}{
		{nil, text},
		{[]any{"a"}, "[ 1 ,"},
		{[]any{"A", 0}, "1 ,"},
		{[]any{"a", 1}, "{\"é\""},
		{[]any{"a", 1, "é", 0}, "true,"},
		{[]any{"a", 1, "é", 1}, "null]"},
		{[]any{"a", 2}, "\"x\\\"y\"]"},
		{[]any{"b"}, "{} }"},
		{[]any{"b", "none"}, "{} }"},
		{[]any{"a", 7}, "[ 1 ,"},
	} {
		if at := s.at(c.path...); !strings.HasPrefix(text[at:], c.want) {
			t.Errorf("%v is at %q, want %q", c.path, text[at:], c.want)
		}
	}
	if line, col := s.place(s.at("b")); line != 2 || col != 5 {
		t.Errorf("b is at %d:%d, want 2:5", line, col)
	}
}

// FuzzCheck: no text makes Check panic, or report a place that is not in it.
func FuzzCheck(f *testing.F) {
	f.Add(defaultJSON)
	f.Add([]byte(`{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"name": "clone", "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NE"}]}]}`))
	f.Add([]byte("{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\"architectures\": [\"SCMP_ARCH_S390\"], \"x\": 1}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		problems, err := Check("p.json", text)
		lines := strings.Split(string(text), "\n")
		inside := func(line, col int) {
			if line < 1 || line > len(lines) || col < 1 || col > len(lines[line-1])+1 {
				t.Errorf("the place %d:%d is not in %q", line, col, text)
			}
		}
		var e *document.Error
		if errors.As(err, &e) && e.Line > 0 {
			inside(e.Line, e.Col)
		}
		for _, p := range problems {
			inside(p.Line, p.Col)
			if _, ok := IDs[p.ID]; !ok || p.Message == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}
