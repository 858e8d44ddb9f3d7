package workload

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the other machines that a start names. What runs without them does not do what it
// does with them.

// HostNames returns the words of texts that may be names of hosts, in lower case, each once: those by
// themselves, or between what separates hosts in URLs, lists and the names of data sources. The parts
// of paths are none.
func HostNames(texts []string) (list []string) {
	seen := map[string]bool{}
	for _, text := range texts {
		for _, m := range hostName.FindAllStringSubmatchIndex(text, -1) {
			name := strings.ToLower(text[m[2]:m[3]])
			inURL := m[2] > 0 && (text[m[2]-1] == '/' || text[m[2]-1] == '@')
			isPath := strings.HasPrefix(text[m[3]:], "/") && !inURL
			if !isPath && !seen[name] {
				seen[name] = true
				list = append(list, name)
			}
		}
	}
	return list
}

// hostName matches a word, and what is before it where it is the name of a host.
var hostName = lazyregexp.New(`(?:^|//|[@:,;=?&|()\[\]{}<>"'` + "`" + `\s])([A-Za-z0-9_][A-Za-z0-9_.-]*)`)

// hostAndPort matches a host with a port, and what may be before it.
var hostAndPort = lazyregexp.New(`(?:^|[\s"'=,;@(]|://)([A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?):(\d{2,5})(?:$|[\s"',;/?)])`)

// serverURL matches the URL of a server that is no page.
var serverURL = lazyregexp.New(`\b([A-Za-z][A-Za-z0-9+.-]*)://(?:[^@/\s"']*@)?([A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)`)

// pages are the schemes of URLs of which a program does not become another one: those of pages and
// files.
var pages = strings.Fields("http https ws wss file data urn git ssh npm unix sqlite")

// RemoteHost returns the first other machine that one of the texts names by its address, with a port
// or in the URL of a server; "" for none. known are names that mean no other one.
func RemoteHost(texts, known []string) string {
	for _, text := range texts {
		for _, m := range hostAndPort.FindAllStringSubmatch(text, -1) {
			if port, err := strconv.Atoi(m[2]); err == nil && (port >= 100 || port == 25 || port == 80) && isRemote(m[1], known) {
				return m[1]
			}
		}
		for _, m := range serverURL.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(pages, strings.ToLower(m[1])) && isRemote(m[2], known) {
				return m[2]
			}
		}
	}
	return ""
}

// isRemote reports whether a host is another machine than the container, and not a known one.
func isRemote(host string, known []string) bool {
	if slices.ContainsFunc(known, func(name string) bool { return strings.EqualFold(name, host) }) || strings.EqualFold(host, "localhost") {
		return false
	}
	if strings.Trim(host, "0123456789.") == "" { // an address of IPv4, or only a number
		return strings.Count(host, ".") == 3 && !strings.HasPrefix(host, "127.") && host != "0.0.0.0"
	}
	return strings.ContainsFunc(host, func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' })
}
