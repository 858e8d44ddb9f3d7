package workload

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestWritesBelowVariables: the variables that sources write below, however they read them.
func TestWritesBelowVariables(t *testing.T) {
	for source, want := range map[string]string{
		"fs.mkdirSync(process.env.OUT)":                                              "OUT",
		"const out = process.env.OUT\nfs.mkdirSync(out)":                             "OUT",
		"fs.mkdirSync(process.env['OUT'] || 'out')":                                  "OUT",
		"const {OUT = 'out'} = process.env\nfs.mkdirSync(OUT)":                       "OUT",
		"const {A, OUT: dir = 'out'} = process.env\nfs.writeFileSync(dir + '/x', 1)": "OUT",
		"const {out = 'out'} = options\nfs.mkdirSync(out)":                           "",
		"fs.readdirSync(process.env.OUT)":                                            "",
	} {
		s := sourcesOf("a.js", source)
		var names []string
		for _, use := range s.below {
			names = append(names, use.name)
		}
		for _, r := range s.RelativeWrites {
			if r.Variable != "" {
				names = append(names, r.Variable)
			}
		}
		if got := strings.Join(slices.Compact(names), " "); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

// TestMayBeWritten: names and paths that leave open whether the application writes there,
// and those that do not.
func TestMayBeWritten(t *testing.T) {
	w := of(t, "FROM node:20\nWORKDIR /app\nCOPY shared /srv/shared\n", fstest.MapFS{"shared/x": file("")})
	for name, want := range map[string]bool{
		"OUTBOX /outbox": true, "MAILER_SPOOL /var/spool/mailer": true, "media /media": true,
		"BROWSER /opt/browser": false, "SIGNER /certs/a.pem": false, "OUTBOX /usr/bin/x": false, "API_PREFIX /v2": false, "loginRedirect /home": false,
		"OUTBOX /etc/outbox": false, "TLS_FOLDER /srv/x": false, "OUTBOX /srv/shared": false,
	} {
		name, file, _ := strings.Cut(name, " ")
		if got := w.mayBeWritten(name, file); got != want {
			t.Errorf("%s=%s: %v", name, file, got)
		}
	}
}

// TestComputedVariables: sources that read variables by names that they compute, and others.
func TestComputedVariables(t *testing.T) {
	for source, want := range map[string]bool{
		"process.env[name]": true, "process.env['A_' + b]": true, "process.env[`A_${b}`]": true, "Object.entries(process.env)": true, "os.environ[f'A_{b}']": true,
		"process.env['A']": false, "process.env.A": false, "spawn('x', {env: {...process.env}})": false, "os.environ['A']": false,
	} {
		if got := computedVariable.first(source) >= 0; got != want {
			t.Errorf("%s: %v", source, got)
		}
	}
}
