package workload

import (
	"path"
	"slices"
	"strings"
)

// This file distinguishes file system paths from routes of a server.

// systemDirs are directories of the system where applications keep data. The name
// alone distinguishes a path below one from a route.
var systemDirs = strings.Fields("var etc srv mnt opt home root tmp usr")

// isSystemPath reports whether a path is not a route of a server: it lies below a
// directory of the system, or has a name for data. Paths of programs and libraries are
// neither.
func isSystemPath(p string) bool {
	elements := strings.Split(strings.TrimPrefix(p, "/"), "/")
	switch {
	case len(elements) < 2:
		return false
	case elements[0] == "run" && len(elements) > 1:
		return path.Ext(p) == ".sock" || path.Ext(p) == ".pid" || elements[1] == "secrets"
	case elements[0] == "usr":
		return elements[1] == "local" && len(elements) > 3 && elements[2] != "bin" && elements[2] != "sbin" && elements[2] != "lib" || elements[1] == "share" && len(elements) > 2
	case elements[0] == "home" || elements[0] == "opt":
		return len(elements) > 2 || dataFile.MatchString(p)
	}
	return slices.Contains(systemDirs, elements[0]) || dataFile.MatchString(p)
}

// routers are functions whose path arguments are routes or URLs, or are only compared.
var routers = strings.Fields("get post put delete patch head options all use route mount fetch axios request ajax redirect sendRedirect redirect_to push replace navigate navigateTo goto href url link_to " +
	"HandleFunc Handle GET POST PUT DELETE PATCH HEAD OPTIONS ANY Any Get Post Put Delete Patch Use Group Route Static MapGet MapPost MapPut MapDelete Map path re_path include match scope resources namespace " +
	"add_url_rule add_route add_api_route api_route websocket RequestMapping GetMapping PostMapping PutMapping DeleteMapping PatchMapping Path Controller controller register " +
	"startsWith endsWith includes indexOf startswith endswith HasPrefix HasSuffix StartsWith EndsWith Contains equals test require import describe it expect revalidatePath visit Link NavLink assertEqual assertEquals")

// routeKeys are the keys and attributes whose values are routes.
var routeKeys = strings.Fields("href to src path url uri route endpoint action pathname basename baseUrl baseURL basePath base publicPath prefix link redirect location permalink slug pattern matcher page screen rel from value")

// isRoute reports whether a literal is in the position of a route, a URL, the name of
// a module or the end of a path.
func (u *unit) isRoute(i int) bool {
	j := i - 1
	for u.is(j, "[") || u.is(j, "{") || u.is(j, "(") && u.is(j-1, "(") {
		j--
	}
	switch {
	case u.is(j, "+"), u.is(j, ".") && u.lang == PHP:
		return true // the end of a path
	case u.is(j, "(") && u.kind(j-1) == wordToken && u.lang != Clojure:
		name, _ := u.callee(j - 1)
		last := u.str(j - 1)
		if last == "get" && readsEnvironment(name) || last == "path" && u.lang != Python || last == "Path" && u.lang != Java && u.lang != Kotlin {
			return false
		}
		return slices.Contains(routers, last)
	case u.kind(j) == wordToken && (u.is(j, "from") || u.is(j, "import") || u.is(j, "require") || bareCalls[u.lang] && slices.Contains(routers, u.str(j))):
		return true
	case u.signs(j-1, "=="), u.signs(j-1, "!="), u.is(j, "case"), u.is(j, "<"):
		return true
	case u.is(j, ":") || u.is(j, "=") || u.signs(j-1, "=>"):
		key := j - 1
		if u.is(j, ">") {
			key--
		}
		return slices.Contains(routeKeys, u.str(key)) && !strings.HasPrefix(u.str(i), "/var/") && !strings.HasPrefix(u.str(i), "/etc/")
	}
	return false
}
