package workload

import "testing"

func TestOwnAddress(t *testing.T) {
	for value, want := range map[string]string{
		"80": "80", "tcp:80": "80", "tcp://0.0.0.0:8080": "8080", ":443": "443", "[::]:80": "80", "*:80": "80", "localhost:3000": "3000",
		"db:5432": "", "https://x.example": "", "1.2.3": "", "": "",
	} {
		got := ""
		if m := ownAddress.FindStringSubmatch(value); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
	for name, want := range map[string]bool{
		"PORT": true, "LISTEN": true, "HTTP_PORT": true, "BIND_ADDR": true, "SERVER_LISTEN_ADDRESS": true,
		"SMTP_PORT": false, "DB_PORT": false, "LISTENER": false,
	} {
		if listenVariable.MatchString(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
