package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/accounts"
	"github.com/dockmend/dockmend/fixer/shell"
)

// all are the families with tools of their own; Unknown is tested separately.
const all = "debian alpine rhel"

const (
	unknownWord = "a word of the command can't be known"
	conflict    = "options of the command exclude each other"
	notOne      = "the command does not name one account"
)

func option(tool, name string) string {
	return fmt.Sprintf("%s is called with an option that is not followed: %q", tool, name)
}

func differs(tool string) string { return accounts.Differs(tool).Error() }

// TestRead reads single commands like the named families.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		families, command string
		want              string // see show, or the error
	}{
		// shadow
		{"debian alpine unknown", "useradd app", "user app ?:own /home/app unmade"},
		{"rhel", "useradd app", "user app ?:own /home/app"},
		{all, "useradd -m app", "user app ?:own /home/app"},
		{all, "useradd -M app", "user app ?:own /home/app unmade"},
		{all, "useradd -r app", "user app ?:own /home/app unmade system"},
		{all, "useradd -u 7 -g grp -d /x -m -s /bin/sh app", "user app 7:grp /x(stated) /bin/sh"},
		{all, "useradd --uid=7 --gid 8 --home /x --create-home app", "user app 7:8 /x(stated)"},
		{all, "useradd -rmu7 -g8 -s/bin/sh app", "user app 7:8 /home/app /bin/sh system"},
		{all, "useradd app -m -u 7", "user app 7:own /home/app"},
		{all, "useradd -m -u 7 -u 8 app", "user app 8:own /home/app"},
		{all, "useradd -l -m app", "user app ?:own /home/app"},     // --no-log-init: no value
		{all, "useradd -m -b /srv app", "user app ?:own /srv/app"}, // --base-dir
		{all, "useradd -m -b /srv -d /x app", "user app ?:own /x(stated)"},
		{all, "useradd -m -b /srv/ app", "user app ?:own /srv//app"},
		{all, "useradd -mo -u 7 app", "user app 7:own /home/app shared"},
		{all, "useradd -m -N app", "user app ?: /home/app"}, // the group of /etc/default/useradd
		{all, "useradd -m -K UID_MIN=5 -p $PASSWORD -c \"$COMMENT\" app", "user app ?:own /home/app"},
		{all, "useradd -m -- app", "user app ?:own /home/app"},
		{all, "useradd -K CREATE_HOME=yes app", "useradd is called with other defaults"},
		{all, "useradd -U -g x app", conflict},
		{all, "useradd -m -M app", conflict},
		{all, "useradd -R /mnt app", option("useradd", "-R")},
		{all, "useradd --prefix=/mnt app", option("useradd", "--prefix")},
		{all, "useradd -D -s /bin/sh", option("useradd", "-D")},
		{all, "useradd --nosuch app", option("useradd", "--nosuch")},
		{all, "useradd --system=yes app", option("useradd", "--system")},
		{all, "useradd app -u", "useradd lacks the value of -u"},
		{all, "useradd a b", notOne},
		{all, "useradd", notOne},
		{all, "useradd $NOSUCH", unknownWord},
		{all, "useradd -- $NOSUCH", unknownWord},
		{all, "useradd $NOSUCH app", unknownWord},
		{all, "useradd -u $NOSUCH app", unknownWord},
		{all, "useradd -u x app", unknownWord},
		{all, "useradd -u -7 app", unknownWord},
		{all, "useradd -u 4294967296 app", unknownWord},
		{all, "useradd -g $NOSUCH app", unknownWord},
		{all, "useradd -d $NOSUCH app", unknownWord},
		{all, "useradd -d '' app", unknownWord},
		{all, "useradd -b x app", unknownWord},
		{all, "useradd 'a b'", `"a b" is no name of an account`},
		{all, "useradd app*", `"app*" is no name of an account`},
		{all, "useradd ''", `"" is no name of an account`},
		{all, `useradd -m "$APP"`, "user web($APP) ?:own /home/web"},
		{all, "groupadd -r g", "group g ? system"},
		{all, "groupadd -fog 7 g", "group g 7 shared force"},
		{all, "groupadd -g $NOSUCH g", "group g ?"},
		{all, "groupadd -g x g", unknownWord},
		{all, "groupadd a b", notOne},
		{all, "userdel -rf app", "delete user app"},
		{all, "groupdel g", "delete group g"},
		{all, "usermod -aG a,b app", "nothing"},
		{all, "usermod -s /bin/sh app", "nothing"},
		{all, "usermod -l new -d /x -m -u 7 -g 8 app", "modify user app 7:8 /x(stated) new"},
		{all, "usermod --login=new app", "modify user app ?: new"},
		{all, "usermod -l $NOSUCH app", unknownWord},
		{all, "usermod -u $NOSUCH app", unknownWord},
		{all, "groupmod -n new -g 7 g", "modify group g 7 new"},
		{all, "groupmod -g x g", unknownWord},
		{all, "groupmod -aU app g", "nothing"},
		{all, "newusers x", "newusers changes the accounts in a way that is not followed"},
		{all, "systemd-sysusers", "systemd-sysusers changes the accounts in a way that is not followed"},
		{all, "vipw", "vipw changes the accounts in a way that is not followed"},
		// Debian's adduser
		{"debian", "adduser app", "user app ?:own /home/app"},
		{"debian unknown", "adduser --disabled-login --gecos '' --uid 7 --gid 8 app", "user app 7:8 /home/app"},
		{"debian", "adduser --system app", "user app ?:nogroup /nonexistent unmade system"},
		{"debian", "adduser --system --group app", "user app ?:own /nonexistent unmade system"},
		{"debian", "adduser --system --ingroup g --home /x app", "user app ?:g /x(stated) system"},
		{"debian", "adduser --home /nonexistent/x app", "user app ?:own /nonexistent/x(stated) unmade"},
		{"debian", "adduser --no-create-home app", "user app ?:own /home/app unmade"},
		{"debian", "adduser --quiet app g", "nothing"},
		{"debian", "adduser --group --gid 7 g", "group g 7"},
		{"debian unknown", "addgroup --system --gid 7 g", "group g 7 system"},
		{"debian", "adduser --ingroup a --gid 7 app", conflict},
		{"debian", "adduser --system --group --gid 7 app", conflict},
		{"debian", "adduser --system a b", notOne},
		{"debian", "addgroup a b", notOne},
		{"debian", "adduser -D app", option("adduser", "-D")},
		{"debian", "adduser --conf /x app", option("adduser", "--conf")},
		{"debian", "adduser --home=$NOSUCH app", unknownWord}, // and not a membership
		{"debian unknown", "deluser --remove-home app", "delete user app"},
		{"debian", "deluser app g", "nothing"},
		{"debian", "deluser --group g", "delete group g"},
		{"debian unknown", "delgroup --only-if-empty g", "delete group g"},
		// BusyBox
		{"alpine busybox wolfi unknown", "adduser -D app", "user app ?:own /home/app"},
		{"alpine busybox wolfi unknown", "adduser -S -H -u 7 -h /x -G g -s /bin/sh app", "user app 7:g /x(stated) /bin/sh unmade system"},
		{"alpine unknown", "adduser -S app", "user app ?:nogroup /home/app system"},
		{"alpine", "adduser --system --disabled-password --ingroup g app", "user app ?:g /home/app system"},
		{"alpine debian unknown", "adduser app g", "nothing"},
		{"alpine", "adduser -D app g", notOne},
		{"alpine unknown", "addgroup -S -g 7 g", "group g 7 system"},
		{"alpine unknown", "addgroup app g", "nothing"},
		{"alpine", "addgroup -g 7 app g", notOne},
		{"alpine", "adduser --gid 7 app", option("adduser", "--gid")},
		{"alpine", "deluser app g", notOne},
		{"alpine debian unknown", "delgroup app g", "nothing"},
		{"alpine debian unknown", "deluser app", "delete user app"},
		// Red Hat's
		{"rhel", "adduser -G wheel app", "user app ?:own /home/app"}, // a further group
		{"rhel", "addgroup g", "addgroup is no command of this distribution"},
		{"rhel", "deluser app", "deluser is no command of this distribution"},
		// all together
		{"unknown scratch", "adduser app", "user app ?:own /home/app disputed"},
		{"unknown", "adduser --system app", "user app ?: disputed system"},
		{"unknown", "adduser a b", "nothing"},
		{"unknown", "adduser --system --uid 7 --ingroup g --home /x app", "user app 7:g /x(stated) system"},
		{"unknown", "adduser -u 7 -G g app", "user app 7: /home/app disputed"}, // of BusyBox the primary group, of Red Hat a further one
		{"unknown", "adduser --nosuch app", differs("adduser")},
		{"unknown", "adduser $NOSUCH", differs("adduser")},
		// no tools
		{all, "sudo -u app id", "no tool"},
		{all, "chpasswd", "no tool"},
	} {
		families := c.families
		if families == all {
			families += " unknown"
		}
		for _, family := range strings.Fields(families) {
			if got := read(t, c.command, baseimage.Family(family)); got != c.want {
				t.Errorf("%s: %s\n got %s\nwant %s", family, c.command, got, c.want)
			}
		}
	}
}

func read(t *testing.T, command string, family baseimage.Family) string {
	t.Helper()
	script, err := shell.Parse(command, func(name string) (string, bool) { return "web", name == "APP" })
	if err != nil {
		t.Fatal(err)
	}
	c := script.Calls[0]
	if !accounts.Tool(c.Name) {
		return "no tool"
	}
	change, err := accounts.Read(c, family)
	if err != nil {
		if change != (accounts.Change{}) {
			t.Errorf("%s: an error and %+v", command, change)
		}
		return err.Error()
	}
	return show(change)
}

// show returns the fields that are set, "?" for unknown ids.
func show(c accounts.Change) string {
	kind := []string{"nothing", "user", "group", "delete user", "delete group", "modify user", "modify group"}[c.Kind]
	if c.Kind == accounts.Nothing {
		return kind
	}
	id := func(n int) string {
		if n == accounts.Unknown {
			return "?"
		}
		return fmt.Sprint(n)
	}
	name := c.Name
	if strings.Contains(c.Raw, "$") {
		name += "(" + strings.Trim(c.Raw, `"`) + ")"
	}
	out := []string{kind, name}
	switch c.Kind {
	case accounts.CreateUser, accounts.ModifyUser:
		group := c.Group
		if c.OwnGroup {
			group = "own"
		}
		out = append(out, id(c.UID)+":"+group)
	case accounts.CreateGroup, accounts.ModifyGroup:
		out = append(out, id(c.GID))
	}
	home := c.Home
	if c.HomeStated {
		home += "(stated)"
	}
	for _, s := range []string{home, c.Shell, c.NewName} {
		if s != "" {
			out = append(out, s)
		}
	}
	for _, f := range []struct {
		set  bool
		name string
	}{{c.Disputed, "disputed"}, {c.NoHome, "unmade"}, {c.System, "system"}, {c.NonUnique, "shared"}, {c.Force, "force"}} {
		if f.set {
			out = append(out, f.name)
		}
	}
	return strings.Join(out, " ")
}

func TestMentioned(t *testing.T) {
	for text, want := range map[string]accounts.Mention{
		"": accounts.Unmentioned, "user group": accounts.Unmentioned, "/etc/shadow": accounts.Unmentioned,
		"/usr/sbin/useradd x": accounts.Adds, "addgroup": accounts.Adds, "newusers": accounts.Adds, "systemd-sysusers": accounts.Adds,
		"useradd x; userdel x": accounts.Changes, "chsh": accounts.Changes, "vipw": accounts.Changes, "x>>/etc/passwd": accounts.Changes, "/etc/group": accounts.Changes,
	} {
		if got := accounts.Mentioned(text); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
	for text, want := range map[string]bool{"": false, "npm ci": false, "vipw": true, "chsh": true, "net user app /add": true, "groupadd": true, "cat /etc/passwd": true} {
		if got := accounts.MayConcern(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestWritten(t *testing.T) {
	for text, want := range map[string]bool{
		"echo x >> /etc/passwd": true, "if a; then b > '/etc/group'; fi": true, "sed -i s/a/b/ /etc/passwd": true, "a | tee -a /etc/group": true,
		"cp x /etc/passwd": true, "cat /etc/passwd": false, "grep app /etc/group > x": false, "cat /etc/passwd; sed -i s/a/b/ x": false,
		"grep -v ^node: /etc/passwd > /tmp/p && mv /tmp/p /etc/passwd": true, "grep node /etc/passwd && sed -i /node/d /etc/passwd": true,
		"test -f /etc/passwd && perl -i -ne print /etc/passwd": true, "vi /etc/group": true, "sed -n 1p /etc/passwd": false, "awk -F: '{print $1}' /etc/passwd | sort": false,
		"sudo cp x /etc/passwd": true, "sh -c 'cp x /etc/passwd'": true, "sh -c 'cat /etc/passwd'": false,
	} {
		script, err := shell.Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := accounts.Written(script, text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
