package workload

import "strings"

// This file reads the tables that name calls of the languages' libraries.

// callName is an entry of such a table, [receiver|receiver.]name:what.
type callName struct {
	receivers []string // the word before name is one of them; nil: any, or none
	name      string
	what      string // what the table says of the call, in its own letters
}

// callsByName returns what the entries of each language make, keyed by the name of the
// call. Java's entries serve the languages that share its libraries too.
func callsByName[T any](tables map[Language]string, entry func(callName) T) map[Language]map[string][]T {
	all := map[Language]map[string][]T{}
	for lang, table := range tables {
		all[lang] = map[string][]T{}
		for _, text := range strings.Fields(table) {
			var c callName
			c.name, c.what, _ = strings.Cut(text, ":")
			if dot := strings.LastIndexByte(c.name, '.'); dot > 0 {
				c.receivers, c.name = strings.Split(c.name[:dot], "|"), c.name[dot+1:]
			}
			all[lang][c.name] = append(all[lang][c.name], entry(c))
		}
	}
	all[Kotlin], all[Scala] = all[Java], all[Java]
	return all
}
