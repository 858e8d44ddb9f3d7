package transforms

import "strings"

// needsRoot are the programs that must be root when the container starts, with
// the reason.
var needsRoot = map[string]string{}

const dropsRoot = "drops root itself"

func init() {
	for reason, programs := range map[string]string{
		dropsRoot:                               "gosu su-exec setpriv su sudo doas runuser setuidgid s6-setuidgid chpst start-stop-daemon",
		"needs root to start other programs":    "supervisord s6-svscan runsvdir runit systemd init service rc-service systemctl openrc initctl",
		"needs root to run the jobs of others":  "cron crond anacron",
		"needs root to listen and to log in":    "sshd",
		"needs root for containers":             "dockerd containerd podman docker",
		"starts its workers from a root master": "httpd apache2 apachectl apache2ctl apache2-foreground httpd-foreground nginx openresty php-fpm haproxy",
		"needs root to change the system":       "mount umount litefs fusermount iptables ip6tables nft sysctl modprobe ip ifconfig wg wg-quick openvpn tailscaled chroot mknod update-ca-certificates",
		"changes owners or users at start":      "chown chgrp useradd adduser usermod groupmod groupadd addgroup userdel deluser",
		"installs packages at start":            "apt-get apt apk yum dnf microdnf",
		"keeps its data where only root writes": "mysqld mysqld_safe mongod redis-server caddy rsyslogd syslogd",
		"keeps node in root's home":             "nvm",
	} {
		for _, p := range strings.Fields(programs) {
			needsRoot[p] = reason
		}
	}
}
