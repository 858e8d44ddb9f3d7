package registry

import (
	"strconv"
	"strings"
)

// grammar is the command line of a tool.
type grammar struct {
	group  bool              // it makes groups, not users
	strict bool              // it has no form with two operands
	values map[string]string // options with a value, and what that is
	flags  map[string]string // options without one, and what they mean; "" for nothing of interest
}

// parse reads a command line without the name of the tool, as getopt_long does:
// options may come in any order, be joined and carry their value. It reports
// false when it meets an option that it doesn't know.
func (g *grammar) parse(args []string) (o options, ok bool) {
	o.values = map[string]string{}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			o.operands = append(o.operands, args[i+1:]...)
			break
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			o.operands = append(o.operands, arg)
			continue
		}
		name, value, joined := cutOption(arg)
		if meaning, ok := g.flags[name]; ok {
			o.values[meaning] = ""
			switch {
			case strings.HasPrefix(name, "--") && joined:
				return o, false
			case joined: // more of the cluster
				args[i] = "-" + value
				i--
			}
			continue
		}
		meaning, ok := g.values[name]
		if !ok {
			return o, false
		}
		if !joined {
			if i++; i == len(args) {
				return o, false
			}
			value = args[i]
		}
		o.values[meaning] = value
	}
	delete(o.values, "")
	return o, true
}

// cutOption cuts "--name=value" and "-nREST"; joined tells whether there is a
// value, or, for a flag, the rest of a cluster.
func cutOption(arg string) (name, value string, joined bool) {
	if strings.HasPrefix(arg, "--") {
		return strings.Cut(arg, "=")
	}
	return arg[:2], arg[2:], len(arg) > 2
}

// options are what a command line says: values by what they are, "" for a flag
// that is set.
type options struct {
	values   map[string]string
	operands []string
}

// id returns a value that is a number.
func (o options) id(name string) (int, bool) {
	n, err := strconv.ParseUint(o.values[name], 10, 31)
	return int(n), err == nil
}

// accountTools are the commands whose calls are followed: those of shadow, of
// BusyBox, and of Debian's adduser, whose options don't contradict each other.
var accountTools = map[string]*grammar{
	"useradd": {
		strict: true,
		values: index("uid: -u --uid", "gid: -g --gid", "home: -d --home-dir --home", "base: -b --base-dir", "shell: -s --shell",
			": -c --comment -e --expiredate -f --inactive -G --groups -k --skel -K --key -p --password"),
		flags: index("system: -r --system", ": -l --no-log-init -m --create-home -M --no-create-home -N --no-user-group -o --non-unique -U --user-group"),
	},
	"groupadd": {
		group: true, strict: true,
		values: index("gid: -g --gid", ": -K --key -p --password -U --users"),
		flags:  index("force: -f --force", ": -o --non-unique -r --system"),
	},
	"adduser": {
		values: index("uid: -u --uid", "gid: -G --ingroup --gid", "home: -h --home", "shell: -s --shell", ": -g --gecos --comment -k --skel"),
		flags:  index("system: -S --system", ": -D --disabled-password -H --no-create-home --disabled-login --group --quiet --force-badname --allow-bad-names"),
	},
	"addgroup": {
		group:  true,
		values: index("gid: -g --gid"),
		flags:  index(": -S --system --quiet --force-badname --allow-bad-names"),
	},
}

// index turns "meaning: -o --option" into option → meaning.
func index(lines ...string) map[string]string {
	m := map[string]string{}
	for _, line := range lines {
		meaning, names, _ := strings.Cut(line, ":")
		for _, name := range strings.Fields(names) {
			m[name] = meaning
		}
	}
	return m
}
