package workload

import "testing"

func TestNamesHost(t *testing.T) {
	names := []string{"db", "my-pg"}
	for text, want := range map[string]string{
		"db": "db", "db:5432": "db", "postgres://u:p@db/app": "db", "u:p@tcp(db:5484)/app": "db", "mongodb://db?replicaSet=rs0": "db",
		`{"host":"db"}`: "db", "postgres://DB:5484/x": "db", "my-pg:5432": "my-pg", "a,b,my-pg": "my-pg", "[db]": "db",
		"": "", "dbs": "", "mydb:1": "", "db-2": "", "db.example.com": "", "pg": "",
	} {
		if got := NamesHost([]string{"x", text}, names); got != want {
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
