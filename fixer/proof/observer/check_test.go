package observer

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test's own program what TestCheck runs, as "sleep" and "say" do.
func TestMain(m *testing.M) {
	switch os.Getenv("CHECK") {
	case "sleep":
		time.Sleep(time.Minute)
	case "say":
		_, _ = os.Stdout.WriteString(strings.Repeat("x", 10<<10) + "end")
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestCheck(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		how, command string
		code         int
		output       string
	}{
		"ends":           {"say", self, 3, "end"},
		"takes long":     {"sleep", self, -1, "longer than"},
		"does not exist": {"", "/nosuch", -1, "nosuch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CHECK", c.how)
			got := (&Check{Command: []string{c.command}, Timeout: 3 * time.Second}).run()
			if got.Code != c.code || !strings.Contains(got.Output, c.output) || len(got.Output) > maxOutput+100 {
				t.Errorf("%d, %d bytes: %.100q", got.Code, len(got.Output), got.Output)
			}
		})
	}
}
