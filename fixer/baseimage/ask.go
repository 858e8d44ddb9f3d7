package baseimage

import (
	"math/bits"
	"slices"
	"strings"
)

// Ask is a set of questions. An Inspector may answer each at a separate cost, so a
// transform asks only for what it needs, when it needs it.
type Ask uint32

const (
	// AskConfig: what a Dockerfile inherits. It costs two small documents.
	AskConfig Ask = 1 << iota
	// AskDistro: the distribution and its release.
	AskDistro
	// AskUsers: the users and groups whose ids are ForApplications. Others may be
	// missing.
	AskUsers
	// AskAccounts: every user and group; Accounts.Complete.
	AskAccounts
	// AskVersions: the versions of Node.js and of what comes with it.
	AskVersions
	// AskDigest: what the reference names, and so whether two name the same. Alone it
	// costs one request without a body for a tag, and answers nothing else.
	AskDigest
	// AskRights: the rights that the programs which are asked for have of their own;
	// Programs.Rights. It reads layers to where they are.
	AskRights
	// The rest each ask for the program of that name.
	AskSh
	AskChown
	AskGit
	AskApk
	AskAptGet
	AskDnf
	AskMicrodnf
	AskUseradd
	AskAdduser
	AskTini
	AskDumbInit
	AskNode
	AskNPM
	AskYarn
	AskPNPM
	AskCorepack
	askEnd
)

// AskPrograms asks for each program; AskEverything asks for everything.
const (
	AskPrograms   = (askEnd - 1) &^ (AskSh - 1)
	AskEverything = askEnd - 1
)

// programNames has the name of each program, in the order of the questions.
var programNames = [...]string{
	"sh", "chown", "git", "apk", "apt-get", "dnf", "microdnf", "useradd", "adduser", "tini", "dumb-init",
	"node", "npm", "yarn", "pnpm", "corepack",
}

// Programs returns the names of the programs in a, in the order of the constants.
func (a Ask) Programs() []string {
	var names []string
	for set := a & AskPrograms; set != 0; set &= set - 1 {
		names = append(names, programNames[bits.TrailingZeros32(uint32(set/AskSh))])
	}
	return names
}

// AskProgram returns the question for the program of that name; false if there is none.
func AskProgram(name string) (Ask, bool) {
	i := slices.Index(programNames[:], name)
	return AskSh << max(i, 0), i >= 0
}

// String lists the questions: "config distro sh".
func (a Ask) String() string {
	var names []string
	for i, name := range []string{"config", "distro", "users", "accounts", "versions", "digest", "rights"} {
		if a&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(append(names, a.Programs()...), " ")
}

// Query asks questions of one image.
type Query struct {
	Image    string // as BuildKit would pull it: "node:20-slim"
	Platform string // "linux/arm64/v8"; "" for linux/amd64
	Ask      Ask
}
