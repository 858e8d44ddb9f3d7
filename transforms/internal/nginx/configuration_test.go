package nginx

import (
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

func TestNginxConf(t *testing.T) {
	for conf, want := range map[string]struct {
		ports  []int
		reason string
	}{
		"":                                      {},
		"# only a comment":                      {},
		"server { listen 80; }":                 {ports: []int{80}},
		"server{listen 8080;listen [::]:8081;}": {ports: []int{8080, 8081}},
		"server { listen *:8080 default_server;}":             {ports: []int{8080}},
		"server { listen localhost; }":                        {ports: []int{80}},
		"server { listen 127.0.0.1; }":                        {ports: []int{80}},
		"server { listen [::1]; }":                            {ports: []int{80}},
		"server { listen [::1]:443 ssl; }":                    {ports: []int{443}},
		"server { listen 8000-8010; }":                        {ports: []int{8000}},
		"server { listen '8080'; }":                           {ports: []int{8080}},
		"server { listen unix:/tmp/s; }":                      {},
		"server { listen unix:/run/s; }":                      {reason: "unix:/run/s"},
		"server { root /x; }":                                 {reason: "without listen"},
		"http { server { location / { } } }":                  {reason: "without listen"},
		"upstream u { server a:1; }":                          {},
		"map $a $b { server 1; '' 2; \"~x\" 3; }":             {},
		"set $x \"a ; } b\";":                                 {},
		"set $x a\\;b;":                                       {},
		"set $x ${a}b;":                                       {},
		"location ~ \"a{2}\" { }":                             {},
		"user nginx;":                                         {},
		"user www-data;":                                      {reason: "www-data"},
		"pid /var/run/nginx.pid;":                             {},
		"pid /tmp/x.pid;":                                     {},
		"pid /tmp/../x.pid;":                                  {reason: "pid file"},
		"pid nginx.pid;":                                      {reason: "pid file"},
		"access_log off;":                                     {},
		"access_log syslog:server=x;":                         {},
		"access_log /var/log/nginx/x.log;":                    {reason: "logs to"},
		"access_log $path;":                                   {reason: "logs to"},
		"client_body_temp_path /var/cache/nginx/x;":           {},
		"client_body_temp_path /var/cache/nginx/../x;":        {reason: "client_body_temp_path"},
		"ssl_certificate_key k;":                              {reason: "key k"},
		"proxy_bind $remote_addr transparent;":                {reason: "transparent"},
		"include mime.types;":                                 {},
		"include /etc/nginx/../x;":                            {reason: "includes"},
		"daemon off":                                          {reason: errConf.Error()},
		"server { listen 80;":                                 {reason: errConf.Error()},
		"server { listen 80; } }":                             {reason: errConf.Error()},
		";":                                                   {reason: errConf.Error()},
		"${EXTRA} listen 80;":                                 {reason: errConf.Error()},
		"a 'b":                                                {reason: errConf.Error()},
		strings.Repeat("a {", 100) + strings.Repeat("}", 100): {reason: errConf.Error()},
	} {
		var n configuration
		reason := n.read(conf)
		if want.reason == "" && reason != "" || !strings.Contains(reason, want.reason) {
			t.Errorf("%q: the reason is %q, want %q", conf, reason, want.reason)
		}
		if !slices.Equal(n.ports, want.ports) {
			t.Errorf("%q: ports %v, want %v", conf, n.ports, want.ports)
		}
		if n.unknownPort {
			t.Errorf("%q: a port is unknown", conf)
		}
	}
	for _, conf := range []string{"server { listen $PORT; }", "server { listen ${HOST}:80; }", "server { listen [::]:$PORT; }", "server { listen 99999; }"} {
		var n configuration
		if reason := n.read(conf); reason != "" || !n.unknownPort {
			t.Errorf("%q: %q, and its port is taken as known: %v", conf, reason, !n.unknownPort)
		}
	}
}

// TestNginxConfHostile: untrusted input is read in linear time.
func TestNginxConfHostile(t *testing.T) {
	for _, part := range []string{"${", "a{", "'", "\\", "#", ";", "}", "$", "\"\\", "a ", "\xff", "server{"} {
		var n configuration
		n.read(strings.Repeat(part, workload.MaxText/len(part)))
	}
}
