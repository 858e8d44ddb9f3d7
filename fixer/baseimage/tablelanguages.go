package baseimage

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file has the rows of the table for images of other languages and servers. Each
// row is what the image's own Dockerfile says, read in November 2026 in the repository
// that is named. A distribution is never guessed from a number in a tag, which is that
// of the language.

// debianOrAlpine returns what an image has of its distribution if its tags are Debian's
// but for those with "alpine" in them; nil for Windows and other distributions.
func debianOrAlpine(tag string) *Facts {
	switch {
	case otherDistro.MatchString(tag):
		return nil
	case strings.Contains(tag, "alpine"):
		return &Facts{Config: &Config{}, Distro: alpineDistro(tag), Accounts: accounts(alpineUsers, Group{"nogroup", 65533}), Programs: alpinePrograms()}
	}
	return &Facts{Config: &Config{}, Distro: debianByName(tag), Accounts: accounts(debianUsers, Group{"nogroup", 65534}), Programs: debianPrograms()}
}

// otherDistro matches tags of distributions that the rows of this file do not know.
var otherDistro = lazyregexp.New(`windows|nanoserver|ubi|ubuntu|azurelinux|mariner|chiseled|distroless|focal|jammy|noble|resolute|oracle`)

// language returns the row of an official image that adds programs of a language to
// Debian or Alpine, and sets a command and environment.
func language(config Config, programs ...string) func(_, tag string) *Facts {
	return func(_, tag string) *Facts {
		f := debianOrAlpine(tag)
		if f == nil {
			return nil
		}
		*f.Config = config
		if strings.Contains(tag, "alpine") && len(config.Cmd) == 1 && config.Cmd[0] == "bash" {
			f.Config.Cmd = []string{"/bin/sh"}
		}
		if !strings.Contains(tag, "slim") && !strings.Contains(tag, "alpine") {
			f.Programs.Paths["git"] = "/usr/bin/git" // buildpack-deps
		}
		for _, p := range programs {
			f.Programs.Paths[p] = "/usr/local/bin/" + p
		}
		return f
	}
}

// phpFacts describes github.com/docker-library/php. On Alpine it makes www-data as 82.
func phpFacts(_, tag string) *Facts {
	f := debianOrAlpine(tag)
	if f == nil {
		return nil
	}
	f.Config = &Config{Entrypoint: []string{"docker-php-entrypoint"}, Cmd: []string{"php", "-a"}}
	switch {
	case strings.Contains(tag, "fpm"):
		f.Config.Cmd, f.Config.WorkingDir, f.Config.ExposedPorts = []string{"php-fpm"}, "/var/www/html", []string{"9000/tcp"}
	case strings.Contains(tag, "apache"):
		f.Config.Cmd, f.Config.WorkingDir, f.Config.ExposedPorts = []string{"apache2-foreground"}, "/var/www/html", []string{"80/tcp"}
	}
	if strings.Contains(tag, "alpine") {
		f.Accounts.add(User{"www-data", 82, 82, "/home/www-data", "/sbin/nologin"})
	}
	return f
}

// caddyFacts describes github.com/caddyserver/caddy-docker.
func caddyFacts(_, tag string) *Facts {
	if strings.Contains(tag, "windows") || strings.Contains(tag, "nanoserver") || strings.Contains(tag, "builder") || strings.Contains(tag, "rootless") {
		return nil
	}
	f := debianOrAlpine("alpine")
	f.Config = &Config{
		Cmd: []string{"caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"}, WorkingDir: "/srv",
		Env: []string{"XDG_CONFIG_HOME=/config", "XDG_DATA_HOME=/data"}, ExposedPorts: []string{"2019/tcp", "443/tcp", "443/udp", "80/tcp"},
		Grants: []string{"gives a program capabilities"}, // setcap cap_net_bind_service=+ep /usr/bin/caddy
	}
	return f
}

// denoFacts describes github.com/denoland/deno_docker; its default is Debian.
func denoFacts(_, tag string) *Facts {
	if strings.Contains(tag, "distroless") || strings.HasPrefix(tag, "bin") || strings.Contains(tag, "ubuntu") {
		return nil
	}
	f := debianOrAlpine(tag)
	if f == nil {
		return nil
	}
	id := 1993
	if strings.Contains(tag, "alpine") {
		id = 1000
	}
	f.Accounts.add(User{"deno", id, id, "/home/deno", "/bin/sh"})
	f.Config = &Config{
		Entrypoint: []string{"/tini", "--", "docker-entrypoint.sh"}, Cmd: []string{"eval", "console.log('Welcome to Deno!')"},
		Env: []string{"DENO_DIR=/deno-dir/", "DENO_INSTALL_ROOT=/usr/local"},
	}
	return f
}

var dotnetVersion = lazyregexp.New(`^(\d+)\.\d`)

// dotnetFacts describes github.com/dotnet/dotnet-docker where the tag names Debian's or
// Alpine's release, or a version whose default is Debian: 6.0 to 9.0. From 8.0 on the
// images have the user app (1654), and ASP.NET listens at 8080.
func dotnetFacts(rest, tag string) *Facts {
	v := dotnetVersion.FindStringSubmatch(tag)
	major := atoi(v, 1)
	named := strings.Contains(tag, "alpine") || debianByName(tag).Codename != ""
	if v == nil || major < 6 || major > 9 && !named {
		return nil
	}
	f := debianOrAlpine(tag)
	if f == nil {
		return nil
	}
	if rest == "sdk" {
		f.Programs.Paths["git"] = "/usr/bin/git"
	}
	if major >= 8 {
		f.Accounts.add(User{"app", 1654, 1654, "/home/app", "/bin/sh"})
		f.Config.Env = []string{"APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080"}
	} else {
		f.Config.Env = []string{"ASPNETCORE_URLS=http://+:80"}
	}
	return f
}

// temurinFacts describes github.com/adoptium/containers where the tag names a release of
// Ubuntu or Alpine: the default one changes.
func temurinFacts(_, tag string) *Facts {
	var f *Facts
	switch {
	case strings.Contains(tag, "alpine"):
		f = debianOrAlpine(tag)
	case strings.Contains(tag, "focal"), strings.Contains(tag, "jammy"), strings.Contains(tag, "noble"):
		f = ubuntuFacts("", tag[strings.LastIndex(tag, "-")+1:])
	}
	if f == nil {
		return nil
	}
	f.Config = &Config{Entrypoint: []string{"/__cacert_entrypoint.sh"}}
	if !strings.Contains(tag, "jre") {
		f.Config.Cmd = []string{"jshell"}
	}
	return f
}
