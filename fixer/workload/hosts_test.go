package workload

import (
	"strings"
	"testing"
)

func TestHostNames(t *testing.T) {
	for text, want := range map[string]string{
		"db": "db", "db:5432": "db 5432", "postgres://u:p@db/app": "postgres u p db", "u:p@tcp(db:5484)/app": "u p tcp db 5484",
		"mongodb://db?replicaSet=rs0": "mongodb db replicaset rs0", `{"host":"db"}`: "host db", "postgres://DB:5484/x": "postgres db",
		"a,b,my-pg": "a b my-pg", "[db]": "db", "wait-for db -- node": "wait-for db node", "--host=db": "db", "http://api/v1": "http api", "db db": "db",
		// The parts of a path are none.
		"": "", "/app/db": "", "app/db.js": "", "./db": "", "../db/x": "", "/usr/bin:/db": "", "node /srv/db/server.js": "node",
	} {
		if got := strings.Join(HostNames([]string{text}), " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestRemoteHost(t *testing.T) {
	for text, want := range map[string]string{
		"shared-postgres:5499": "shared-postgres", "pg.internal.example.com:5499": "pg.internal.example.com", "10.0.0.5:5499": "10.0.0.5",
		"postgres://u:p@pg.example.com/app": "pg.example.com", "mongodb://mongo/app": "mongo", "redis://cache": "cache",
		"u:p@tcp(mysql:3306)/app": "mysql", "http://api:8080/v1": "api", "--db=pg:5432": "pg", "a:1234,b:1234": "a", "smtp:25": "smtp",
		"AMQP://queue": "queue", `{"url":"pg:5432"}`: "pg",
		// Of the container itself, or no address.
		"localhost:5432": "", "127.0.0.1:8080": "", "0.0.0.0:3000": "", "[::1]:80": "", "postgres://localhost/app": "", "web:3000": "",
		"https://example.com/": "", "wss://example.com": "", "file:///data": "", "node:22": "", "12:30": "", "node": "", "3000": "",
		"-Xmx:512": "", "unix:/run/a.sock": "", "unix://run/a.sock": "", "8080:80": "", "": "", "sqlite:///data/a.db": "",
	} {
		if got := RemoteHost([]string{text}, []string{"web"}); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
