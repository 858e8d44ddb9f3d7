package secrets

import "testing"

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"PASSWORD": true, "DB_PASSWORD": true, "DBPASSWORD": true, "sa_password": true, "JWT_SECRET": true, "NPM_TOKEN": true, "API_KEY": true, "STRIPE_APIKEY": true,
		"PRIVATE_KEY": true, "SECRET_KEY_BASE": true, "AWS_SECRET_ACCESS_KEY": true, "AUTHTOKEN": true,
		"DB_PASSWORD_FILE": false, "TOKEN_TTL": false, "AWS_ACCESS_KEY_ID": false, "GPG_KEY": false, "VITE_API_KEY": false, "NEXT_PUBLIC_API_KEY": false,
		"REACT_APP_TOKEN": false, "MYSQL_ALLOW_EMPTY_PASSWORD": false, "TEST_API_KEY": false, "MAX_TOKEN": false, "SECRETARY": false, "": false,
	} {
		if got := Names(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestIsOne(t *testing.T) {
	for value, want := range map[string]bool{
		"vP7mZ2qX9rTw4bN": true, "g0rd0n1!": true, "XPUQSUllC6LvFOaGBCigYerIY9cy64Ih": true, "npm_4fGh7JkLm2nPq9RsTuVw": true,
		"": false, "postgres": false, "changeme123": false, "your-api-key-1": false, "xxxxxxxx1": false, "example42": false, "<the-key-1>": false,
		"${SECRET_1}": false, "/run/secrets/db1": false, "https://example.org/1": false, "12345678": false, "a1a1a1a1": false, "s3cret": false, "secret123": false,
		"Passw0rd!": false, "not needed 1": false, "{{ .Values.key1 }}": false, "true": false,
	} {
		if got := IsOne(value); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

func TestInNPMRC(t *testing.T) {
	for text, want := range map[string]int{
		"registry=https://r.example/\n//r.example/:_authToken=npm_4fGh7JkLm2nPq9RsTuVw\n": 2,
		"_auth = \"dGVhbTpnMHJkMG4xIVp4\"":                                                1,
		"//r.example/:_password=Z0rd0n1HZxQm9W\r\n":                                       1,
		"//r.example/:_authToken=${NPM_TOKEN}":                                            0,
		"//r.example/:_authToken=":                                                        0,
		"# //r.example/:_authToken=npm_4fGh7JkLm2nPq9RsTu":                                0,
		"save-exact=true":                                                                 0,
	} {
		if got := InNPMRC(text); got != want {
			t.Errorf("%q: line %d, want %d", text, got, want)
		}
	}
}
