package workload

import "testing"

// TestDataPath: variables that name a place for data, and similar ones that do not.
func TestDataPath(t *testing.T) {
	for v, want := range map[[2]string]string{
		{"DATA_DIR", "/data"}:                                       "/data",
		{"DB_PATH", "/home/term/data"}:                              "/home/term/data",
		{"DATABASE_FILE", "/data/x.db"}:                             "/data",
		{"DATABASE_URL", "file:/data/x.db"}:                         "/data",
		{"DATABASE_URL", "file:///data/x.db?mode=rwc"}:              "/data",
		{"DATABASE_URL", "sqlite:////data/x.db"}:                    "/data",
		{"SQLALCHEMY_DATABASE_URI", "sqlite:////srv/x/app.db"}:      "/srv/x",
		{"SPRING_DATASOURCE_URL", "jdbc:h2:file:/var/lib/x/db;A=B"}: "/var/lib/x",
		{"LOG_FILE", "/var/log/app/app.log"}:                        "/var/log/app",
		{"UPLOADS", "/uploads/"}:                                    "/uploads",
		{"DATABASE_URL", "sqlite:///rel.db"}:                        "",
		{"DATABASE_URL", "file:./dev.db"}:                           "",
		{"DATABASE_URL", "sqlite::memory:"}:                         "",
		{"DATABASE_URL", "postgres://db/app"}:                       "",
		{"PATH", "/usr/bin:/bin"}:                                   "",
		{"PNPM_HOME", "/pnpm"}:                                      "",
		{"RINGOJS_HOME", "/opt/ringojs"}:                            "",
		{"PUPPETEER_CACHE_DIR", "/opt/puppeteer"}:                   "",
		{"NODE_PATH", "/opt/node_modules"}:                          "",
		{"BASE_PATH", "/api"}:                                       "",
		{"TLS_CERT_PATH", "/certs"}:                                 "",
		{"XDG_CONFIG_HOME", "/settings"}:                            "/settings",
		{"PM2_HOME", "/pm2"}:                                        "/pm2",
		{"XDG_CONFIG_DIRS", "/etc/xdg"}:                             "",
		{"PORT", "/3000"}:                                           "",
		{"DATA_DIR", "data"}:                                        "",
	} {
		dir, ok := DataPath(v[0], v[1])
		if dir != want || ok != (want != "") {
			t.Errorf("%s=%s: %q %v, want %q", v[0], v[1], dir, ok, want)
		}
	}
}
