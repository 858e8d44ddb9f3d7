package workload

import (
	"strings"
	"testing"
)

// TestOptionWrites has options that name what a program writes, and others with paths.
func TestOptionWrites(t *testing.T) {
	for _, c := range []struct{ variable, value, want string }{
		{"GUNICORN_CMD_ARGS", "--bind=0.0.0.0:80 --pid=/run/a.pid --access-logfile=-", "/run/a.pid"},
		{"GUNICORN_CMD_ARGS", "--bind=unix:/run/a.sock", "/run/a.sock"},
		{"JAVA_OPTS", "-Xlog:gc*:file=/var/log/gc.log:time,uptime:filecount=3 -XX:HeapDumpPath=/dumps -Xloggc:/var/gc.log", "/var/log/gc.log /dumps /var/gc.log"},
		{"JAVA_OPTS", "-javaagent:/opt/agent.jar -Dlogging.config=/conf/log.xml -Djavax.net.ssl.trustStore=/conf/store -Djava.io.tmpdir=/tmp/log", ""},
		{"OPTS", "--data-dir /var/lib/x --log-level debug", "/var/lib/x"},
		{"OPTS", `"--log=/var/log/x"`, "/var/log/x"},
		{"LOG_TARGET", "/var/log/x.log", "/var/log/x.log"},
		{"PGOPTIONS", "postgresql:///db?host=/var/run/postgresql", ""},
		{"A", "https://example.com/a.log unix:///run/x.sock", ""},
		{"CATALOG", "--catalog=/srv/x --geo-data=/usr/share/geo --log-config=/x/y", ""},
		{"PYTHONPATH", "/app/db:/x/y.log", ""},
		{"", "/var/log/x.log", ""},
		{"", "--pid /run/x.pid", "/run/x.pid"},
		{"", "-Dlogging.file.name=/var/log/x.log", "/var/log/x.log"},
	} {
		list := variableOptions(c.variable, c.value, Place{})
		if c.variable == "" {
			list = optionWrites(strings.Fields(c.value), "", Place{})
		}
		var got []string
		for _, w := range list {
			got = append(got, w.Path)
			if w.Variable == "" || c.variable != "" && w.Variable != c.variable {
				t.Errorf("%s: by %q", c.value, w.Variable)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s=%s: got %q, want %s", c.variable, c.value, got, c.want)
		}
	}
}

// TestLoggingSettings: of a log that a file of settings names, the line is found.
func TestLoggingSettings(t *testing.T) {
	for _, c := range []struct{ ext, text, want string }{
		{".ini", "[handler_x]\nargs = (\"/var/log/a.log\", 'a', 1)\n", "args /var/log/a.log 2"},
		{".xml", "<configuration>\n<appender name=\"x\">\n<file>/var/log/a.log</file>\n</appender>\n<property name=\"d\" value=\"/logs\"/>\n", "file /var/log/a.log 3,value /logs 5"},
	} {
		list, err := readSettings(c.ext, "x"+c.ext, c.text)
		var got []string
		for _, s := range list {
			got = append(got, s.keys[len(s.keys)-1]+" "+s.value+" "+string(rune('0'+s.line)))
		}
		if err != nil || strings.Join(got, ",") != c.want {
			t.Errorf("%s: got %q, %v, want %s", c.ext, got, err, c.want)
		}
	}
}
