package workload

import (
	"strings"
	"testing"
)

// TestIsOutput: options and paths of a start that name what the program writes.
func TestIsOutput(t *testing.T) {
	for words, want := range map[string]bool{
		"-l /var/log/a.log": true, "--output /data/x": true, "--pid-file /x/a": true, " /var/lib/x/store": true, "--data-dir /x": true, " /a.db": true,
		"--config /var/lib/x.yaml": false, "--cert /var/lib/x": false, " /srv/app/server.js": false, "--root /srv/www": false, "--log-file logs/x": false, "--log-file /dev/stdout": false, " /var/log": false,
	} {
		option, file, _ := strings.Cut(words, " ")
		if got := isOutput(option, file); got != want {
			t.Errorf("%s: %v", words, got)
		}
	}
}
