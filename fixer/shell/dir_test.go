package shell

import (
	"slices"
	"testing"
)

// TestDir: each call has the directory that it is made in.
func TestDir(t *testing.T) {
	for script, want := range map[string][]string{
		"npm start":                                    {"npm /app"},
		"cd client && npm start":                       {"cd /app", "npm /app/client"},
		"cd client; exec npm start":                    {"cd /app", "exec /app/client", "npm /app/client"},
		"(cd client && npm install); npm start":        {"cd /app", "npm /app/client", "npm /app"},
		"cd client & npm start":                        {"cd /app", "npm /app"},
		"cd client | npm start":                        {"cd /app", "npm /app"},
		"pushd a && npm i && popd && npm start":        {"pushd /app", "npm /app/a", "popd /app/a", "npm /app"},
		"cd /srv/x && cd ../y && node z.js":            {"cd /app", "cd /srv/x", "node /srv/y"},
		"if [ -d a ]; then cd a; npm i; fi; npm run x": {"[ /app", "cd /app", "npm /app/a", "npm ?"},
		"cd a || exit 1\nnpm start":                    {"cd /app", "exit ?", "npm /app/a"},
		"cd a || cd b; npm start":                      {"cd /app", "cd ?", "npm ?"},
		"npm ci || cd a; npm start":                    {"npm /app", "cd /app", "npm ?"},
		"cd $X && npm start":                           {"cd /app", "npm ?"},
		"cd - ; npm start":                             {"cd /app", "npm ?"},
		"cd; npm start":                                {"cd /app", "npm ?"},
		"x=$(cd a && pwd); npm start":                  {"cd /app", "pwd /app/a", "npm /app"},
		"env -C client npm start":                      {"env /app", "npm /app/client"},
		"env --chdir=client A=b npm start":             {"env /app", "npm /app/client"},
		"env --chdir client npm start":                 {"env /app", "npm /app/client"},
		"sh -c 'cd a && npm start'; npm test":          {"sh /app", "cd /app", "npm /app/a", "npm /app"},
		"cd a && sh -c 'npm start'":                    {"cd /app", "sh /app/a", "npm /app/a"},
		"f() { cd a; }; npm i; f; npm start":           {"cd /app", "npm /app", "f /app", "npm ?"},
		"for d in a b; do cd $d; npm i; done; npm t":   {"cd /app", "npm ?", "npm ?"},
	} {
		s, err := Parse(script, nil)
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		var got []string
		for _, c := range s.Calls {
			dir, known := c.In("/app")
			if !known {
				dir = "?"
			}
			got = append(got, c.Name+" "+dir)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", script, got, want)
		}
	}
}

// TestParseIn: a script that returns to its first directory has not moved.
func TestParseIn(t *testing.T) {
	s, err := ParseIn("if [ ! -f x ]; then cd /tmp && zip x && cd /app; fi\nexec npm start", nil, "/app")
	if err != nil {
		t.Fatal(err)
	}
	if dir, known := s.Calls[len(s.Calls)-1].In("/app"); dir != "/app" || !known {
		t.Errorf("%q %v, want /app", dir, known)
	}
}

// TestBy: a call that another hands over to names that one.
func TestBy(t *testing.T) {
	s, err := Parse(`A=1 exec env B=2 sh -c 'node x & tini -- node y'`, nil)
	if err != nil {
		t.Fatal(err)
	}
	var by []int
	for _, c := range s.Calls {
		by = append(by, c.By)
	}
	if want := []int{-1, 0, 1, 2, 2, 4}; !slices.Equal(by, want) {
		t.Errorf("By %v, want %v (%+v)", by, want, s.Calls)
	}
	if vars := s.Calls[2].Vars; !slices.Equal(vars, []string{"A=1", "B=2"}) {
		t.Errorf("the variables of sh are %q", vars)
	}
	if !s.Calls[3].Background || s.Calls[4].Background {
		t.Error("only node x runs in the background")
	}
}

// TestWriteDir: a redirection is relative to the directory at that point.
func TestWriteDir(t *testing.T) {
	s, err := Parse("cd a && echo x > b.log; (cd /c; echo > d) ; echo > e", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range s.Writes {
		dir, _ := w.Dir.In("/app")
		file, _ := w.Word.In(dir)
		got = append(got, file)
	}
	if want := []string{"/app/a/b.log", "/c/d", "/app/a/e"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
