package history

import (
	"fmt"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// TestAccounts reads what a history shows beyond doubt; "?" means doubt, "!" means
// changed accounts.
func TestAccounts(t *testing.T) {
	const alpine = "ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit"
	tests := []struct {
		script string // of a RUN, or a whole line with "=" before it
		want   string
	}{
		// the forms of the official images
		{`groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node`, "node:1000:1000:/home/node:/bin/bash"},
		{`addgroup -g 1000 node && adduser -u 1000 -G node -s /bin/sh -D node && apk add --no-cache libstdc++`, "node:1000:1000:/home/node:/bin/sh"},
		{"set -eux; \tgroupadd -r postgres --gid=999; \tuseradd -r -g postgres --uid=999 --home-dir=/var/lib/postgresql --shell=/bin/bash postgres; \tmkdir -p /x; chown -R postgres:postgres /x", "postgres:999:999:/var/lib/postgresql:/bin/bash"},
		{`set -x && groupadd --system --gid 101 nginx && useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false --uid 101 nginx`, "nginx:101:101:/nonexistent:/bin/false"},
		{`addgroup -g 11211 memcache && adduser -D -u 11211 -G memcache memcache`, "memcache:11211:11211:/home/memcache:"},
		// ways to write the options
		{`useradd -mu 1001 -g0 -s/bin/sh app`, "app:1001:0:/home/app:/bin/sh"},
		{`useradd app -u 1001 -g root -b /srv`, "app:1001:0:/srv/app:"},
		{`/usr/sbin/useradd -u 1001 -g 1001 -- 'app'`, "app:1001:1001:/home/app:"},
		{`adduser --system --uid 1001 --gid 0 --home /app --disabled-password app`, "app:1001:0:/app:"},
		{`useradd -r -u 500 -g 500 svc`, "svc:500:500::"},
		{`groupadd -g 1000 a && groupadd -g 1001 b && useradd -u 5 -g b x`, "x:5:1001:/home/x:"},
		// memberships and installations change nothing
		{`groupadd -g 7 a && useradd -u 7 -g a a && adduser a www-data`, "a:7:7:/home/a:"},
		{`apt-get update && apt-get install -y adduser passwd && apk add shadow`, ""},
		{`id; command -v node`, ""},
		// ids that aren't stated
		{`useradd app`, "~app"},
		{`useradd -u 1001 app`, "~app"},
		{`adduser -S -u 1001 app`, "~app"},
		{`groupadd app && useradd -u 1001 -g app app`, "~app ~app"},
		{`groupadd -f -g 1000 app`, "~app"},
		{`useradd -u 1001 -g www-data app`, "~app"},
		// not beyond doubt
		{`useradd -u 1001 -g 0 app; true`, "?"},
		{`set -e; useradd -u 1001 -g 0 app && true; true`, "?"},
		{`set -e; set +e; useradd -u 1001 -g 0 app; true`, "?"},
		{`useradd -u 1001 -g 0 app || true`, "?"},
		{`if ! id app; then useradd -u 1001 -g 0 app; fi`, "?"},
		{`for u in a b; do useradd -u 1001 -g 0 $u; done`, "?"},
		{`useradd -u $UID -g 0 app`, "?"},
		{`useradd -u 1001 -g 0 "$USER"`, "?"},
		{`U=useradd && $U app`, "?"},
		{`sudo useradd -u 1001 -g 0 app`, "?"},
		{`sh -c 'useradd -u 1001 -g 0 app'`, "?"},
		{`(useradd -u 1001 -g 0 app)`, "?"},
		{`useradd -u 1001 -g 0 app &`, "?"},
		{`! useradd -u 1001 -g 0 app`, "?"},
		{`test -e /x && exit 0; useradd -u 1001 -g 0 app`, "?"},
		{`test -e /x || exit 1; useradd -u 1001 -g 0 app`, "app:1001:0:/home/app:"},
		{`useradd -R /chroot -u 1001 -g 0 app`, "?"},
		{`useradd -u 1001 -g 0 a b`, "?"},
		{`useradd -u 1001 -g 0 a && useradd -u 1002 -g 0 a`, "? a:1001:0:/home/a:"},
		{`useradd () { :; }; useradd -u 1001 -g 0 app`, "? app:1001:0:/home/app:"},
		{"cat <<EOF | newusers\napp\nEOF", "?"},
		{`echo "useradd app" > /setup && sh /setup`, "?"},
		{`useradd ( `, "?"},
		{strings.Repeat("(", 1<<20) + "useradd", "?"},
		{strings.Repeat("true;", 1<<16), "?"},
		{`A=b useradd -u 1001 -g 0 app`, "?"},
		{`useradd -u 1001 -g 0 app*`, "?"},
		{`useradd -u 1001 -g 0 -d app app`, "?"},
		{`useradd -U -u 1001 -g 0 app`, "?"},
		{`useradd -u 1001 -g 0 'a b'`, "?"},
		{`groupadd -g x app`, "?"},
		{`set -- -e; useradd -u 1001 -g 0 app; true`, "?"},
		{`set -e; true && set +e; useradd -u 1001 -g 0 app; true`, "?"},
		{`id app && exit 256; useradd -u 1001 -g 0 app`, "?"},
		{`systemd-sysusers app.conf`, "?"},
		// where the distributions differ, and where they don't
		{`adduser -D a b`, "?"},
		{`adduser -u 1001 -G root app`, "~app"},
		{`adduser --system --uid 1001 app`, "~app"},
		{`adduser --uid 1001 --gid 0 app`, "app:1001:0:/home/app:"},
		{`addgroup --system --gid 1001 g && adduser --system --uid 1001 --ingroup g app`, "app:1001:1001::"},
		// changed
		{`usermod -aG a,b app`, "!"},
		{`chsh -s /bin/sh app`, "!"},
		{`deluser node`, "!"},
		{`userdel -r node || true`, "!"},
		{`usermod -l app node && groupmod -n app node`, "!"},
		{`echo app:x:1000:1000::/: >> /etc/passwd`, "!"},
		{"cat >> /etc/group <<EOF\napp:x:1000:\nEOF", "!"},
		{`sed -i s/1000/1001/ "/etc/passwd"`, "!"},
		// instructions
		{`=RUN useradd -u 1001 -g 0 app # buildkit`, "?"},
		{`=RUN /usr/sbin/userdel node # buildkit`, "!"},
		{`=COPY entrypoint.sh /usr/local/bin/ # buildkit`, ""},
		{`=COPY . /app # buildkit`, ""},
		{`=COPY . . # buildkit`, "?"},
		{`=COPY rootfs / # buildkit`, "?"},
		{`=COPY passwd /etc/ # buildkit`, "?"},
		{`=/bin/sh -c #(nop) COPY file:abc in /etc/passwd `, "?"},
		{`=ADD ["a", "b c", "/"]`, "?"},
		{`=crane mutate`, "?"},
	}
	for _, tt := range tests {
		line, whole := strings.CutPrefix(tt.script, "=")
		if !whole {
			line = "RUN /bin/sh -c " + tt.script + " # buildkit"
		}
		if got := accountsOf(alpine, line); got != tt.want {
			t.Errorf("%.80s\n got %q\nwant %q", line, got, tt.want)
		}
	}
}

func TestAccountsAcrossLayers(t *testing.T) {
	for _, tt := range []struct {
		want  string
		lines []string
	}{
		{"app:1001:1001:/home/app:", []string{"ADD file:x in /", "/bin/sh -c groupadd -g 1001 app", "/bin/sh -c useradd -u 1001 -g app app"}},
		{"", []string{"ADD file:x in /", "-WORKDIR /app", "COPY . . # buildkit"}},
		{"", []string{"ADD file:x in /", "-WORKDIR /srv", "-WORKDIR app", "COPY x ./ # buildkit"}},
		{"?", []string{"ADD file:x in /", "-WORKDIR /", "COPY . . # buildkit"}},
		{"?", []string{"ADD file:x in /", "ADD file:y in /"}},
	} {
		if got := accountsOf(tt.lines...); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.lines, got, tt.want)
		}
	}
	// A layer that the history doesn't mention may hold anything.
	entries, complete := readHistory(&v1.ConfigFile{History: []v1.History{{CreatedBy: "ADD file:x in /"}}, RootFS: v1.RootFS{DiffIDs: make([]v1.Hash, 2)}})
	if l := readAccounts(entries, nil, complete); !l.doubt {
		t.Error("no doubt about a layer without history")
	}
}

// accountsOf reads the accounts of a history; a line that begins with "-" made
// no layer.
func accountsOf(lines ...string) string {
	c := &v1.ConfigFile{}
	for _, line := range lines {
		line, isEmpty := strings.CutPrefix(line, "-")
		c.History = append(c.History, v1.History{CreatedBy: line, EmptyLayer: isEmpty})
		if !isEmpty {
			c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, v1.Hash{})
		}
	}
	entries, complete := readHistory(c)
	l := readAccounts(entries, readScripts(entries), complete)
	var out []string
	switch {
	case l.changed:
		return "!"
	case l.doubt:
		out = append(out, "?")
	}
	for _, u := range l.users {
		out = append(out, fmt.Sprintf("%s:%d:%d:%s:%s", u.Name, u.UID, u.GID, u.Home, u.Shell))
	}
	for _, v := range l.vague {
		out = append(out, "~"+v)
	}
	return strings.Join(out, " ")
}
