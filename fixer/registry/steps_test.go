package registry_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// dice makes up commands.
type dice struct{ *rand.Rand }

func (d dice) pick(list ...string) string { return list[d.IntN(len(list))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// name is that of a user or group; few, so that they meet again.
func (d dice) name() string {
	return d.pick("app", "node", "web", "svc", "1001", "a.b", "user1", "App")
}

// words joins words with their quotes, the operand before, after or following "--".
func (d dice) words(tool string, options []string, operand string) string {
	d.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	quoted := d.pick(operand, operand, `"`+operand+`"`, `'`+operand+`'`)
	all := append(options, quoted)
	switch d.IntN(6) {
	case 0:
		all = append([]string{quoted}, options...)
	case 1:
		all = append(options, "--", quoted)
	}
	return strings.Join(append([]string{tool}, all...), d.pick(" ", "  ", " \t"))
}

// option returns an option with a value in one of its forms.
func (d dice) option(short, long, value string) string {
	forms := []string{}
	if short != "" {
		forms = append(forms, short+" "+value, short+value, short+` "`+value+`"`)
	}
	return d.pick(append(forms, long+" "+value, long+"="+value)...)
}

// asked makes up the properties of an account.
func (d dice) asked() account {
	a := account{name: d.name(), id: -1, unique: true, base: "/home"}
	if d.chance(80) {
		a.id = []int{1000, 1001, 1002, 1500, 500, 101, 0, 65533}[d.IntN(8)]
	}
	if d.chance(75) {
		a.group = d.pick("0", "root", "1000", "1001", "users", a.name, a.name, d.name())
	}
	if d.chance(30) {
		a.home = d.pick("/srv/app", "/x/", "/nonexistent", "/")
	}
	if d.chance(40) {
		a.shell = d.pick("/bin/sh", "/bin/bash", "/sbin/nologin")
	}
	a.system = d.chance(20)
	return a
}

// useradd makes up a call of shadow's.
func (d dice) useradd() stmt {
	a := d.asked()
	var o []string
	add := func(s string) { o = append(o, s) }
	if a.id >= 0 {
		add(d.option("-u", "--uid", fmt.Sprint(a.id)))
	}
	if a.group != "" {
		add(d.option("-g", "--gid", a.group))
	}
	if a.home != "" {
		add(d.option("-d", "--home-dir", a.home))
	} else if d.chance(15) {
		a.base = d.pick("/srv", "/srv/", "/")
		add(d.option("-b", "--base-dir", a.base))
	}
	if a.shell != "" {
		add(d.option("-s", "--shell", a.shell))
	}
	if a.system {
		add(d.pick("-r", "--system"))
	}
	switch d.IntN(10) {
	case 0:
		a.shared = true
		add("-N")
	case 1:
		a.own = true
		add("-U")
	case 2:
		a.unique = false
		add("-o")
	case 3:
		add(d.pick("-c 'the user'", "--comment x", "-l", "-G users", "-K UID_MIN=900"))
	}
	add(d.pick("-m", "--create-home", "-M", "-m"))
	return simple(d.words(d.pick("useradd", "useradd", "/usr/sbin/useradd"), o, a.name), func(w *world) bool { return w.has("usr/sbin/useradd") && w.useradd(a) })
}

// groupadd makes up a call of shadow's.
func (d dice) groupadd() stmt {
	a := d.asked()
	var o []string
	if a.id >= 0 {
		o = append(o, d.option("-g", "--gid", fmt.Sprint(a.id)))
	}
	if a.system {
		o = append(o, d.pick("-r", "--system"))
	}
	if a.force = d.chance(10); a.force {
		o = append(o, "-f")
	}
	if d.chance(5) {
		a.unique = false
		o = append(o, "-o")
	}
	return simple(d.words("groupadd", o, a.name), func(w *world) bool { return w.has("usr/sbin/useradd") && w.groupadd(a) })
}

// adduser makes up a call of the distribution's own script.
func (d dice) adduser(debian bool) stmt {
	a := d.asked()
	letters := [][2]string{{"-u", "--uid"}, {"-G", "--ingroup"}, {"-h", "--home"}, {"-s", "--shell"}}
	if debian {
		letters = [][2]string{{"", "--uid"}, {"", d.pick("--ingroup", "--gid")}, {"", "--home"}, {"", "--shell"}}
	}
	if debian && letters[1][1] == "--gid" && a.group != "" {
		a.group = d.pick("0", "1000", "1001")
	} else if debian && a.group != "" && strings.Trim(a.group, "01") == "" {
		a.group = "root"
	}
	id := ""
	if a.id >= 0 {
		id = fmt.Sprint(a.id)
	}
	var o []string
	for i, value := range []string{id, a.group, a.home, a.shell} {
		if value != "" {
			o = append(o, d.option(letters[i][0], letters[i][1], value))
		}
	}
	switch {
	case debian && a.system:
		o = append(o, "--system")
	case debian:
		o = append(o, d.pick("--disabled-password --gecos ''", "--disabled-password"))
	case a.system:
		o = append(o, d.pick("-S -D", "-SDH", "--system"))
	default:
		o = append(o, d.pick("-D", "-DH", "-D -g 'the user'", "--disabled-password"))
	}
	return simple(d.words("adduser", o, a.name), func(w *world) bool { return w.debian == debian && w.adduser(a) })
}

// addgroup makes up a call of the distribution's own script.
func (d dice) addgroup(debian bool) stmt {
	a := d.asked()
	var o []string
	if a.id >= 0 && debian {
		o = append(o, d.option("", "--gid", fmt.Sprint(a.id)))
	} else if a.id >= 0 {
		o = append(o, d.option("-g", "--gid", fmt.Sprint(a.id)))
	}
	if a.system && debian {
		o = append(o, "--system")
	} else if a.system {
		o = append(o, d.pick("-S", "--system"))
	}
	return simple(d.words("addgroup", o, a.name), func(w *world) bool { return w.debian == debian && w.addgroup(a) })
}

// pair is what most images do: a group and a user in it.
func (d dice) pair(debian bool) stmt {
	name, id := d.pick("app", "node", "web", "svc"), 1000+d.IntN(4)
	a := account{name: name, id: id, unique: true}
	u := account{name: name, id: id, group: name, base: "/home", shell: "/bin/sh", unique: true}
	if debian {
		return and(simple(fmt.Sprintf("groupadd --gid %d %s", id, name), func(w *world) bool { return w.groupadd(a) }),
			simple(fmt.Sprintf("useradd --uid %d --gid %s --shell /bin/sh --create-home %s", id, name, name), func(w *world) bool { return w.useradd(u) }))
	}
	return and(simple(fmt.Sprintf("addgroup -g %d %s", id, name), func(w *world) bool { return w.addgroup(a) }),
		simple(fmt.Sprintf("adduser -u %d -G %s -s /bin/sh -D %s", id, name, name), func(w *world) bool { return w.adduser(u) }))
}

// change makes up a command that changes accounts in another way.
func (d dice) change(debian bool) stmt {
	name, to := d.name(), d.name()
	rename := func(w *world) bool {
		return w.user(to) < 0 && w.modify(name, func(u *baseimage.User) { u.Name = to })
	}
	renumber := func(w *world) bool {
		return !w.uid(1600) && w.modify(name, func(u *baseimage.User) { u.UID = 1600 })
	}
	everyone := func(w *world) bool {
		for i := range w.users {
			w.users[i].UID += 7 * (w.users[i].UID / 1000 % 60)
		}
		return true
	}
	appended := func(w *world) bool {
		w.users = append(w.users, baseimage.User{Name: "added", UID: 1700, GID: 1700, Home: "/", Shell: "/bin/sh"})
		return true
	}
	const line = `added:x:1700:1700::/:/bin/sh`
	switch d.IntN(12) {
	case 0:
		return simple(d.pick("userdel "+name, "deluser "+name, `user""del `+name), func(w *world) bool { return w.userdel(name) })
	case 1:
		return simple("usermod -l "+to+" "+name, rename)
	case 2:
		return simple("usermod --uid 1600 "+name, renumber)
	case 3:
		return simple("adduser "+name+" "+to, func(w *world) bool { return w.user(name) >= 0 && w.group(to) >= 0 })
	case 4:
		return simple(d.pick("sed -i 's/:1/:2/' /etc/passwd", "sed -i s/x/y/ /etc/{passwd,group}", "cd /etc && sed -i s/x/y/ passwd", "sed -i s/x/y/ /etc/pass*", `f=passwd; sed -i s/x/y/ /etc/$f`), everyone)
	case 5:
		return simple(d.pick("echo "+line+" >> /etc/passwd", "cd /etc && echo "+line+" >> passwd", "cd / && echo "+line+" >> etc/passwd"), appended)
	case 6:
		return simple(d.pick("tar -xf rootfs.tar -C /", "cp -r rootfs/. /", "tar -C/ -xf x.tar", "rsync -a rootfs/ /", "unzip x.zip -d /"), appended)
	case 7:
		return simple(d.pick("./setup.sh", "/opt/setup.sh --user app", "sh setup.sh", ". ./setup.sh", "curl -fsSL https://example.com | bash -", `"$SETUP"`, "eval \"$SETUP\"", "/dev/pipes/EOF", "bash < setup.sh", "su -c 'useradd added'"), appended)
	case 8:
		return child("sh -c '", "'", simple("useradd -u 1700 -g 1700 -d / -s /bin/sh added", appended), false)
	case 9:
		return simple(d.pick("useradd -R /mnt x", "chroot /mnt useradd -u 1001 x", "useradd -D -b /srv && true", "echo useradd app", "useradd --prefix /mnt -u 1001 -g 0 x"), func(*world) bool { return true })
	case 10:
		return simple("groupmod -g 1800 "+name, func(w *world) bool {
			i := w.group(name)
			if i < 0 || w.gid(1800) {
				return false
			}
			for j := range w.users {
				if w.users[j].GID == w.groups[i].GID {
					w.users[j].GID = 1800
				}
			}
			w.groups[i].GID = 1800
			return true
		})
	}
	return simple("usermod -aG users "+name, func(w *world) bool { return w.user(name) >= 0 })
}

// program makes up a command that adds or removes programs.
func (d dice) program(debian bool) stmt {
	one, two := d.pick("git", "tini"), d.pick("curl", "git", "tini")
	installed := func(names ...string) func(*world) bool {
		return func(w *world) bool { return w.install(names...) }
	}
	removed := func(names ...string) func(*world) bool {
		return func(w *world) bool { return w.remove(names...) }
	}
	nothing := func(*world) bool { return true }
	gone := func(files ...string) func(*world) bool {
		return func(w *world) bool {
			for _, f := range files {
				delete(w.files, f)
			}
			return true
		}
	}
	common := []stmt{
		simple(d.pick("rm -f /usr/bin/git", "cd /usr/bin && rm -f git", "rm -f $(which git)", "rm -f `command -v git`", "rm /usr/bin/gi?", "find /usr/bin -name git -delete", "cd / && rm -f usr/bin/git", "rm -rf /u*/bin/git"), gone("usr/bin/git")),
		simple(d.pick("rm -rf /var/lib/apt/lists/*", "rm -rf /tmp/*", "find /usr/local -name '*.pyc' -delete"), nothing),
	}
	if debian {
		return append(common,
			simple(d.pick("apt-get install -y ", "apt-get -qq install -y --no-install-recommends ", "apt install -y ")+one+" "+two, installed(one, two)),
			simple("apt-get install -y "+one, installed(one)),
			simple("apt-get install -y "+one+" "+two+"-", installed(one, two+"-")),
			simple(d.pick("apt-get purge -y ", "apt-get remove -y ", "dpkg -P ", "dpkg --remove ", "apt-get autopurge -y ")+one, removed(one)),
			simple(d.pick("apt-get install -y -d ", "apt-get install -s ", "apt-get install --only-upgrade -y ", "apt-get download ", "apt-cache show ", "apt-get -o Dir=/mnt install -y ", "apt-get source ")+one, nothing),
			simple(d.pick("apt-get purge -y --allow-remove-essential apt", "rm -f /usr/bin/apt-get", "dpkg --force-all -r apt"), gone("usr/bin/apt-get")),
			simple(d.pick("rm -f /bin/chown", "rm -f /bin/ch*", "chmod 0 /bin/chown", "mv /bin/chown /opt", "dpkg-divert --rename --add /bin/chown"), gone("usr/bin/chown")),
		)[d.IntN(9)]
	}
	return append(common,
		simple(d.pick("apk add ", "apk add --no-cache ", "apk --no-cache add ", "apk add -U ")+one+" "+two, installed(one, two)),
		simple("apk add "+one+" && apk add '!"+one+"'", removed(one)),
		simple("apk del "+one, removed(one)),
		simple(d.pick("apk add --virtual .deps ", "apk add -t .deps ", "apk add --virtual=.deps ")+one, func(w *world) bool {
			file, _ := w.packages(one)
			w.files[file] = "=x"
			w.bundles[".deps"] = append(w.bundles[".deps"], one)
			return true
		}),
		simple("apk del .deps", removed(".deps")),
		simple(d.pick("apk fetch ", "apk add -s ", "apk add --root /mnt ", "apk -p /mnt add ", "apk info ", "apk add --simulate ")+one, nothing),
		simple(d.pick("apk del apk-tools", "rm -rf /sbin/apk", "rm -f /s*/apk"), gone("sbin/apk")),
		simple(d.pick("rm -f /bin/chown", "rm /bin/ch*"), gone("bin/chown")),
		simple("apk add shadow", func(w *world) bool { w.files["usr/sbin/useradd"] = "=x"; return true }),
	)[d.IntN(11)]
}

// release makes up a command that changes the release of the distribution.
func (d dice) release(debian bool) stmt {
	if debian {
		return simple(d.pick("sed -i s/bookworm/trixie/ /etc/apt/sources.list.d/debian.sources && apt-get update && apt-get dist-upgrade -y",
			"sed -i s/bookworm/trixie/ /etc/apt/*/* && apt-get update && apt-get -y full-upgrade", "sed -i s/12/13/ /usr/lib/os-release"),
			func(w *world) bool {
				w.files["usr/lib/os-release"] = "=ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\n"
				return true
			})
	}
	return simple(d.pick("apk upgrade", "apk update && apk upgrade --no-cache", "apk -U upgrade", "apk add -u curl", "apk --no-cache upgrade", "apk upgrade --available", "apk add --upgrade alpine-base"),
		func(w *world) bool {
			w.files["etc/os-release"] = "=ID=alpine\nVERSION_ID=3.20.6\n"
			return true
		})
}

// benign makes up a command that affects none of this.
func (d dice) benign() stmt {
	if d.chance(25) {
		return simple(d.pick("false", "test -e /nope", "id nobody2", "[ -e /nope ]"), func(*world) bool { return false })
	}
	return simple(d.pick("true", "echo x", "mkdir -p /app", "chown -R nobody /app", "apt-get update", "node --version", "A=b", "export A=b", "ldconfig",
		"echo \"a && b\" > /tmp/x", "ln -s /usr/local/bin/node /usr/local/bin/nodejs", "[ -n x ]"), func(*world) bool { return true })
}
