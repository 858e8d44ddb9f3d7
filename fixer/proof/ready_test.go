package proof

import (
	"strings"
	"testing"
	"time"
)

func TestParseReady(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "an EXPOSEd port (3000, 9229)",
		"tcp:3000":                  "port 3000",
		"http://:3000/health?x=1":   "an answer from http://:3000/health?x=1",
		"http://localhost:8080":     "an answer from http://:8080",
		"http:///health":            "an answer from http://:80/health",
		`log:listening on port \d+`: `a line that matches "listening on port \\d+"`,
		"for:5s":                    "5s to pass",
	} {
		r, err := ParseReady(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := r.waits([]int{3000, 9229}); got != want {
			t.Errorf("%q waits for %q, want %q", text, got, want)
		}
		if r.String() != text {
			t.Errorf("%q is %q", text, r)
		}
	}
	if r := (Ready{}); r.waits(nil) != "3s to pass" || r.lasts() != 3*time.Second {
		t.Errorf("without EXPOSE it waits for %s", r.waits(nil))
	}
}

func TestParseReadyErrors(t *testing.T) {
	for text, want := range map[string]string{
		":":                        "none of",
		"3000":                     "none of",
		"udp:53":                   "none of",
		"tcp":                      "no port",
		"tcp:0":                    "no port",
		"tcp:65536":                "no port",
		"tcp:http":                 "no port",
		"http://example.com:80/":   "leave example.com out",
		"http://user@localhost:80": "none of",
		"http:3000":                "none of",
		"https://:443/":            "none of",
		"log:":                     "empty",
		"log:(":                    "missing closing )",
		"for:5":                    "missing unit",
		"for:-1s":                  "not more than 0",
	} {
		if _, err := ParseReady(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got the error %v, want one with %q", text, err, want)
		}
	}
}
