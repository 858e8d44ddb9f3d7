package mounts

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds mounts that only root can read.

// rootsPaths are directories and files of a host that others than root can't read: certbot
// makes live and archive with mode 0700, Debian's ssl-cert /etc/ssl/private with 0710
// (eff-certbot.readthedocs.io, "Where are my certificates?"; the packages' lists of files).
var rootsPaths = strings.Fields("/etc/letsencrypt /etc/ssl/private /root /etc/shadow /etc/gshadow /etc/sudoers /etc/sudoers.d /etc/ssh /etc/kubernetes/pki /var/lib/docker /var/lib/kubelet /var/lib/private /var/spool/cron")

// hostsLogs is the directory of the host's logs: syslog writes them with mode 0640, for root
// and the group adm (Debian, rsyslog.conf).
const hostsLogs = "/var/log"

// ofRoot tells why a user other than root can't read a mount, "" where nothing says so.
func ofRoot(d workload.Deployment, m workload.Mount, id users.Identity) string {
	target, source := path.Clean(m.Target), path.Clean(m.Source)
	switch m.Kind {
	case workload.Config:
		// A Secret of Kubernetes belongs to root, and to the fsGroup, which may read it then.
		if m.Mode == nil || *m.Mode&0o004 != 0 || d.FSGroup || m.UID != "" && m.UID == strconv.Itoa(id.UID) {
			return ""
		}
		reader := "root"
		if m.UID != "" && m.UID != "0" {
			reader = "the user " + m.UID
		}
		return fmt.Sprintf("%s mounts %s with mode %04o, which only %s can read", m.Place, target, *m.Mode, reader)
	case workload.Bind:
		if source == hostsLogs || m.ReadOnly && workload.Within(source, hostsLogs) {
			return fmt.Sprintf("%s mounts the host's %s, whose logs only root and its groups can read", m.Place, source)
		}
		for _, dir := range rootsPaths {
			if workload.Within(source, dir) || source == "/" {
				return fmt.Sprintf("%s mounts the host's %s, where only root can read all files", m.Place, source)
			}
		}
	case workload.Volume, workload.Claim:
		if workload.Within(target, rootsPaths[0]) { // which certbot fills in another container
			return fmt.Sprintf("%s mounts %s, whose keys certbot lets only root read", m.Place, target)
		}
	}
	return ""
}
