package history

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// maxAccounts bounds the users, and the groups, that are read. Images have a few dozen.
const maxAccounts = 5000

// ReadPasswd returns the accounts in /etc/passwd and /etc/group (passwd(5),
// group(5)). A malformed line is skipped; a name that an instruction couldn't use is
// left out, but not its id. The list is complete unless a line includes accounts from
// elsewhere (the "+" of nsswitch's compat), or there are more than maxAccounts.
func ReadPasswd(passwd, group []byte) *baseimage.Accounts {
	a := &baseimage.Accounts{Complete: true, Source: baseimage.FromLayer}
	for fields := range lines(passwd) {
		if strings.HasPrefix(fields[0], "+") || len(a.Users) == maxAccounts {
			a.Complete = false
		}
		if len(a.Users) == maxAccounts {
			break
		}
		if len(fields) < 4 {
			continue
		}
		uid, ok := id(fields[2])
		gid, also := id(fields[3])
		if !ok || !also {
			continue
		}
		u := baseimage.User{Name: usable(fields[0]), UID: uid, GID: gid}
		if len(fields) >= 7 {
			u.Home, u.Shell = fields[5], fields[6]
		}
		a.Users = append(a.Users, u)
	}
	for fields := range lines(group) {
		if strings.HasPrefix(fields[0], "+") || len(a.Groups) == maxAccounts {
			a.Complete = false
		}
		if len(a.Groups) == maxAccounts {
			break
		}
		if len(fields) < 3 {
			continue
		}
		if gid, ok := id(fields[2]); ok {
			a.Groups = append(a.Groups, baseimage.Group{Name: usable(fields[0]), GID: gid})
		}
	}
	return a
}

// lines yields the fields of each line.
func lines(text []byte) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range bytes.Lines(text) {
			if !yield(strings.Split(strings.TrimRight(string(line), "\r\n"), ":")) {
				return
			}
		}
	}
}

// id parses a uid or gid. The kernel's are 32 bits wide, and the last value is not one.
func id(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return int(n), err == nil && n < 1<<32-1
}

// usable returns the name of an account, "" if it has characters that an instruction
// or a shell would interpret.
func usable(name string) string {
	ok := name != "" && name[0] != '-' && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-$", r)
	}) < 0
	if !ok || strings.Contains(strings.TrimSuffix(name, "$"), "$") { // Samba's machines end in one
		return ""
	}
	return name
}
