package workload

import (
	"fmt"
	"strings"
	"testing"
)

// TestApplicationRuns: what of a RUN runs the application's own code, and where.
func TestApplicationRuns(t *testing.T) {
	context := files(
		"manage.py", "#!/usr/bin/env python\n", "setup.py", "", "bin/console", "#!/usr/bin/env php\n", "bin/start", "#!/usr/bin/env node\n", "site/__init__.py", "", "seed.rb", "",
		"build.sh", "cd web\nphp artisan cache:clear\n", "web/artisan", "#!/usr/bin/env php\n", "composer.json", `{"scripts": {"post-autoload-dump": ["@php artisan package:discover"]}}`,
		"Rakefile", "",
	)
	for _, c := range []struct{ run, want string }{
		{"python manage.py migrate", "manage.py in /app"},
		{"python3.12 -W ignore /app/manage.py migrate", "manage.py in /app"},
		{"cd / && python /app/manage.py migrate", "manage.py in /app"},
		{"./manage.py collectstatic", "manage.py in /app"},
		{"uv run manage.py migrate", "manage.py in /app"},
		{"poetry run python manage.py migrate", "manage.py in /app"},
		{"python -m site.seed", "python -m site.seed in /app"},
		{"python -m django migrate", "python -m django in /app"},
		{"python -c 'from site import db; db.create_all()'", "site in /app"},
		{"flask db upgrade", "flask in /app"},
		{"alembic upgrade head", "alembic in /app"},
		{"SECRET_KEY_BASE=1 bundle exec rails assets:precompile", "rails in /app"},
		{"bundle exec rake", "rake in /app"},
		{"ruby seed.rb", "seed.rb in /app"},
		{"bin/console cache:warmup", "console in /app"},
		{"sh build.sh", "artisan in /app/web"},
		{"mix compile", "mix in /app"},
		{"composer install --no-dev", "scripts of composer.json in /app"},
		{"composer install --no-dev --no-scripts", ""},
		{"pip install . && python -m pip install x", ""},
		{"python setup.py build_ext --inplace", ""},
		{"python -m compileall . && python -m venv /venv", ""},
		{"python -c 'import nltk; nltk.download()'", ""},
		{"python /opt/tool.py", ""},
		{"flask --version; rails -v", ""},
		{"mix local.hex --force && mix deps.get", ""},
		{"bin/start build && npm run build", ""},
		{"make", ""},
	} {
		w := of(t, "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN "+c.run+"\nCMD python app.py\n", context)
		var got []string
		for _, r := range w.ApplicationRuns() {
			got = append(got, fmt.Sprintf("%s in %s", r.Program, r.Dir))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.run, s, c.want)
		}
	}
	for run, c := range map[string]struct{ start, want string }{
		"node init.js data":              {`["node", "server.js", "data"]`, "node in /app"},
		"npx wiki data --init server":    {`["npx", "wiki", "data", "--listen"]`, "npx in /app"},
		"npx react-scripts build":        {`["npx", "serve", "-s", "build"]`, ""}, // MayBeBuilt
		"npx next build":                 {`["npx", "next", "start"]`, ""},
		"npx -y tool build site":         {`["npx", "tool", "serve"]`, ""},
		"cd /app/web && node a.js store": {`node ../server.js store`, "node in /app/web"},
		"node build.js":                  {`["node", "server.js"]`, ""},
		"node build.js web":              {`["node", "server.js", "web"]`, ""}, // a COPY brings it
		"mkdir data":                     {`["node", "server.js", "data"]`, ""},
		"npm install":                    {`npm install && node server.js`, ""},
		"node_modules/.bin/wiki data":    {`["node_modules/.bin/wiki", "data"]`, "wiki in /app"},
		"node build.js 3":                {`["node", "server.js", "3"]`, ""},
		"npx prisma generate":            {`npx prisma migrate deploy && node server.js`, ""},
	} {
		w := of(t, "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN "+run+"\nCMD "+c.start+"\n", context)
		got := ""
		for _, r := range w.ApplicationRuns() {
			got += r.Program + " in " + r.Dir
		}
		if got != c.want {
			t.Errorf("%s, %s: %q, want %q", run, c.start, got, c.want)
		}
	}
	if runs := of(t, "FROM python:3.12\nWORKDIR /app\nCOPY . .\nUSER app\nRUN python manage.py migrate\n", context).ApplicationRuns(); len(runs) > 0 {
		t.Errorf("what another user runs is %s's", runs[0].Program)
	}
}
