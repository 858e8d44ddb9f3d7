package stage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// TestAccounts follows RUNs over accounts with root and node (1000:1000).
func TestAccounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		family baseimage.Family
		run    string
		want   string // users as name uid:gid group home, "-" for no home; "?" for Unknown ids; or the reason
	}{
		{"useradd", "debian", "useradd app", "app ?:? app -"},
		{"useradd with all", "debian", "groupadd -g 1500 g && useradd -u 1600 -g g -d /srv/app -m -s /bin/sh app", "app 1600:1500 g /srv/app"},
		{"useradd by path", "debian", "/usr/sbin/useradd --uid=7 --create-home app", "app 7:7 app /home/app"},
		{"cluster", "debian", "useradd -rmu 999 -g 1000 app", "app 999:1000 node /home/app"},
		{"Red Hat makes homes", "rhel", "useradd app", "app ?:? app /home/app"},
		{"but not for system users", "rhel", "useradd -r app", "app ?:? app -"},
		{"Debian's adduser", "debian", "addgroup --gid 1200 g && adduser --disabled-password --gecos '' --uid 1200 --ingroup g app", "app 1200:1200 g /home/app"},
		{"Debian's system user", "debian", "adduser --system --group app", "app ?:? app -"},
		{"Debian's system user in nogroup", "debian", "adduser --system app", "app ?:? nogroup -"},
		{"BusyBox", "alpine", "addgroup -S -g 101 g && adduser -S -D -H -u 101 -h /x -G g app", "app 101:101 g -"},
		{"BusyBox, a membership", "alpine", "adduser -D app && adduser app node && addgroup app node", "app ?:? app /home/app"},
		{"BusyBox, a system user without a group", "alpine", "adduser -S app", "app ?:? nogroup /home/app"},
		{"by variable", "debian", "useradd -u $ID \"$NAME\"", "vera 1234:1234 vera -"},
		{"deleted again", "debian", "useradd app && userdel -r app", ""},
		{"node replaced", "debian", "userdel -r node && groupadd -g 1000 web && useradd -u 1000 -g web web", "web 1000:1000 web -"},
		{"node renamed", "debian", "usermod -l web -d /w -m node && groupmod -n web node", "web 1000:1000 web /w"},
		{"node renumbered", "debian", "groupmod -g 1100 node && usermod -u 1100 -g 1100 node", "node 1100:1100 node /home/node"},
		{"only a group", "debian", "usermod -aG audio node", ""},
		{"in a shell", "debian", "sh -c 'useradd app'", "app ?:? app -"},
		{"uid taken", "debian", "useradd -u 1000 app; true", "line 4: uid 1000 is node's already, so it does not build"},
		{"uid shared", "debian", "useradd -o -u 1000 app", "app 1000:? app -"},
		{"gid taken", "debian", "groupadd --gid 1000 app", "line 4: gid 1000 is node's already, so it does not build"},
		{"name taken", "alpine", "adduser -D node", "line 4: the user node exists already, so it does not build"},
		{"negated", "debian", "! useradd app", "line 4: useradd runs only under a condition"},
		{"condition", "debian", "id app || useradd app", "line 4: useradd runs only under a condition"},
		{"if", "debian", "if true; then useradd app; fi", "line 4: useradd runs only under a condition"},
		{"unknown name", "debian", "useradd $NOSUCH", "line 4: a word of the command can't be known"},
		{"unknown distribution", "unknown", "adduser app", "line 4: adduser has other options on each distribution, and this one is not known"},
		{"written by hand", "debian", "echo app:x:1:1::/: >> /etc/passwd", "line 4 writes the account files by itself"},
		{"written behind a look at it", "debian", "cat /etc/passwd; echo x >> /etc/passwd", "line 4 writes the account files by itself"},
		{"edited", "debian", "sed -i s/node/web/ /etc/passwd", "line 4 writes the account files by itself"},
		{"read only", "debian", "cat /etc/passwd", ""},
		{"unreadable", "debian", "useradd 'app", "line 4 changes the accounts in a script that can't be read"},
		{"no entry in the log", "debian", "useradd -l app", "app ?:? app -"},
		{"base directory", "debian", "useradd -m -b /srv app", "app ?:? app /srv/app"},
		{"gid taken, and forced", "debian", "groupadd -f -g 1000 app && useradd -g app app", "app ?:? app -"},
		{"Debian's way to say no home", "debian", "adduser --system --home /nonexistent app", "app ?:? nogroup -"},
		{"BusyBox beyond doubt", "unknown", "adduser -D -u 7 app", "app 7:7 app /home/app"},
		{"a membership beyond doubt", "unknown", "adduser node audio", ""},
		{"BusyBox creates a", "alpine", "adduser -D a b", "line 4: the command does not name one account"},
		{"an unknown option is no operand", "alpine", "adduser --gecos=$NOSUCH app", "line 4: a word of the command can't be known"},
		{"another tree", "debian", "useradd -R /mnt app", "line 4: useradd is called with an option that is not followed: \"-R\""},
		{"other defaults", "debian", "useradd -K CREATE_HOME=yes app", "line 4: useradd is called with other defaults"},
		{"group of the defaults", "debian", "useradd -N app", "line 4: the command does not tell the user's primary group"},
		{"groupmod of nobody", "debian", "groupmod -g 5 web", "line 4: groupmod of web, which is not known"},
		{"no such command", "rhel", "addgroup app", "line 4: addgroup is no command of this distribution"},
		{"vipw", "debian", "vipw -s", "line 4: vipw changes the accounts in a way that is not followed"},
		{"sysusers", "debian", "systemd-sysusers app.conf", "line 4: systemd-sysusers changes the accounts in a way that is not followed"},
		{"edited in a heredoc", "debian", "<<EOF\nsed -i s/node/web/ /etc/passwd\nEOF", "line 4 writes the account files by itself"},
		{"newusers", "debian", "newusers list-of-users", "line 4: newusers changes the accounts in a way that is not followed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			base := *testBase
			base.Distro = &baseimage.Distro{Family: c.family}
			a := final(t, "FROM a\nARG ID=1234\nENV NAME=vera\nRUN "+c.run+"\n", &base, Options{}).Accounts
			if a.Err != nil {
				if a.Err.Error() != c.want {
					t.Errorf("error %v, want %q", a.Err, c.want)
				}
				return
			}
			if got := show(a); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func show(a Accounts) string {
	id := func(n int) string {
		if n == Unknown {
			return "?"
		}
		return fmt.Sprint(n)
	}
	var out []string
	for _, u := range a.Created {
		home := u.Home
		if u.NoHome {
			home = "-"
		}
		out = append(out, fmt.Sprintf("%s %s:%s %s %s", u.Name, id(u.UID), id(u.GID), u.Group, home))
	}
	return strings.Join(out, ", ")
}

func TestFreeID(t *testing.T) {
	a := final(t, "FROM a\nRUN useradd -u 1001 x && groupadd -g 1002 y\n", testBase, Options{}).Accounts
	if id, ok := a.FreeID(1000); !ok || id != 1003 {
		t.Errorf("%d, %v; 1000 is node's, 1001 x's, 1002 y's", id, ok)
	}
	partial := *testBase
	partial.Accounts = &baseimage.Accounts{}
	if id, ok := final(t, "FROM a\n", &partial, Options{}).Accounts.FreeID(1000); ok {
		t.Errorf("%d is said to be free among accounts that are not all known", id)
	}
	if id, ok := final(t, "FROM a\n", nil, Options{}).Accounts.FreeID(1000); ok {
		t.Errorf("%d is said to be free among accounts that nobody knows", id)
	}
}

func TestCopiedAccounts(t *testing.T) {
	if a := final(t, "FROM a\nCOPY passwd /etc/passwd\n", testBase, Options{}).Accounts; a.Err == nil {
		t.Error("a copied /etc/passwd goes unnoticed")
	}
}
