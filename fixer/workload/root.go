package workload

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file lists what needs root.

// Drops is the reason of a program that switches to another user by itself: it has to
// be root first.
const Drops = "drops root itself"

// needsRoot are the programs that must be root when the container starts, with the
// reason.
var needsRoot = map[string]string{}

func init() {
	for reason, programs := range map[string]string{
		Drops:                                   "gosu su-exec setpriv su runuser setuidgid s6-setuidgid chpst start-stop-daemon",
		"needs root to start other programs":    "sudo doas supervisord s6-svscan runsvdir runit systemd init service rc-service systemctl openrc initctl",
		"needs root to run other users' jobs":   "cron crond anacron",
		"needs root to listen and to log in":    "sshd",
		"needs root for containers":             "dockerd containerd podman docker",
		"starts its workers from a root master": "httpd apache2 apachectl apache2ctl apache2-foreground httpd-foreground nginx openresty php-fpm haproxy",
		"needs root to change the system":       "mount umount litefs fusermount iptables ip6tables nft ipset ebtables sysctl modprobe insmod rmmod ip ifconfig brctl tc ethtool wg wg-quick openvpn tailscaled chroot mknod losetup mkfs fdisk parted hwclock nsenter update-ca-certificates setcap chpasswd passwd reboot shutdown poweroff halt",
		"reads the network's packets":           "tcpdump dumpcap tshark arping arp-scan hping3 nping masscan zmap ngrep tcptraceroute iftop nethogs dhclient hostapd",
		"changes owners or users at start":      "chown chgrp useradd adduser usermod groupmod groupadd addgroup userdel deluser",
		"installs packages at start":            "apt-get apt apk yum dnf microdnf",
		"keeps its data where only root writes": "mysqld mysqld_safe mongod redis-server caddy rsyslogd syslogd",
		"keeps node in root's home":             "nvm",
	} {
		for p := range strings.FieldsSeq(programs) {
			needsRoot[p] = reason
		}
	}
}

// withOptions are programs that need root only with an option (ping(8), nmap(1), date(1),
// traceroute(8)).
var withOptions = map[string][]string{
	"ping": {"-f"}, "ping6": {"-f"}, "nmap": {"-sS", "-sU", "-sN", "-sF", "-sX", "-sA", "-sO", "-O", "-A"}, "date": {"-s", "--set"}, "traceroute": {"-I", "-T", "--icmp", "--tcp"},
}

// NeedsRoot returns why the command must be root, by its name and options; "" if no reason
// is known.
func (c *Command) NeedsRoot() string {
	if options := withOptions[c.Name]; options != nil && c.Has(options...) {
		return "needs root with this option"
	}
	return needsRoot[c.Name]
}

// demandsUser matches a test of a shell script for root that ends the script elsewhere.
var demandsUser = lazyregexp.New(`(?:\bid -un?\b|\bE?UID\b|\bwhoami\b)[^\n]{0,40}(?:-ne|!=)\s*["']?(?:0|root)\b[^\n]*(?:\n[^\n]*){0,3}?\bexit\s+[1-9]`)

// DemandsRoot reports whether the text of the script ends it where it does not run as root.
func (s *Script) DemandsRoot() bool { return demandsUser.MatchString(s.Text) }

// Reason is something that needs root.
type Reason struct {
	// Program is what needs root, Why the purpose: "gosu", "drops root itself".
	Program, Why string
	Command      *Command // that starts it; nil where a source does
	Place        Place    // of the script or the source; its File is "" for a command line
}

// Root returns what is known to need root at the start, in the order of the start:
// programs that it calls, and those that the sources start.
func (w *Workload) Root() (list []Reason) {
	w.eachStart(func(c *Command) {
		if why := c.NeedsRoot(); why != "" {
			list = append(list, Reason{Program: c.Name, Why: why, Command: c, Place: c.In.Place})
		}
	})
	for _, use := range w.RootUses() {
		list = append(list, Reason{Program: use.Place.File, Why: use.What, Place: use.Place})
	}
	for _, child := range w.ChildProcesses() {
		w.Child(child).All(func(c *Command) bool {
			if why := c.NeedsRoot(); why != "" {
				list = append(list, Reason{Program: c.Name, Why: why, Place: child.Place})
			}
			return true
		})
	}
	return list
}

// eachStart visits the commands of the start, none if it can't be read.
func (w *Workload) eachStart(visit func(*Command)) {
	if start := w.Start(); start != nil {
		start.All(func(c *Command) bool {
			visit(c)
			return true
		})
	}
}
