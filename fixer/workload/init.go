package workload

import "path"

// inits are the programs that run another one as their child, forward signals to
// it and reap orphans.
var inits = map[string]bool{"tini": true, "tini-static": true, "dumb-init": true, "catatonit": true, "docker-init": true}

// IsInit reports whether a program is an init for containers.
func IsInit(program string) bool { return inits[path.Base(program)] }

// AfterInit returns the command in the arguments of an init, which is the first word.
func AfterInit(argv []string) []string {
	for i := 1; i < len(argv); i++ {
		switch a := argv[i]; {
		case a == "--":
			return argv[i+1:]
		case a == "-p" || a == "-e" || a == "-r":
			i++
		case a == "" || a[0] != '-':
			return argv[i:]
		}
	}
	return nil
}

// supervisors do an init's work themselves for their children.
var supervisors = map[string]string{
	"pm2-runtime": "pm2-runtime forwards signals and looks after its processes itself", "pm2-docker": "pm2-docker forwards signals and looks after its processes itself",
	"supervisord": "supervisord is an init for what it starts", "s6-svscan": "s6 is an init", "/init": "/init is an init", "runsvdir": "runit is an init",
	"my_init": "my_init is an init",
}

// Supervises returns why a program needs no init before it; "" when it may.
func Supervises(program string) string {
	if why := supervisors[program]; why != "" {
		return why
	}
	return supervisors[path.Base(program)]
}

// IsNode reports whether a program is Node.js.
func IsNode(program string) bool {
	name := path.Base(program)
	return name == "node" || name == "nodejs"
}

// IsManager reports whether a program is a package manager, which runs another
// one through a shell of its own.
func IsManager(program string) bool {
	switch path.Base(program) {
	case "npm", "npx", "yarn", "yarnpkg", "pnpm", "pnpx":
		return true
	}
	return false
}
