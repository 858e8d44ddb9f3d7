package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads what the configuration of an application says of data.

// configDirs are where an application has its configuration, relative to the context;
// files of Spring Boot among them ("Externalized Configuration", docs.spring.io).
var configDirs = []string{".", "config", "src/main/resources"}

const maxConfigFiles = 50 // files of configuration that are read

// setting matches a line of JSON, YAML, properties or a file of variables.
var setting = lazyregexp.New(`^\s*(?:export\s+)?["']?([\w.:-]*\w)["']?\s*[:=]\s*["']?([^"'#]+?)["']?,?\s*(?:#.*)?$`)

// isVariables reports whether a name is of a file that sets variables of the
// environment, and no example of one.
func isVariables(base string) bool {
	return base == ".env" || strings.HasPrefix(base, ".env.") && !isExample(base) && !slices.Contains([]string{"test", "development", "dev"}, base[len(".env."):])
}

// isConfiguration reports a file of settings of Spring, of .NET or of a directory of
// them.
func isConfiguration(dir, base string) bool {
	ext := path.Ext(base)
	return strings.HasPrefix(base, "application") && slices.Contains([]string{".properties", ".yml", ".yaml"}, ext) ||
		ext == ".json" && (strings.HasPrefix(base, "appsettings") || dir == "config")
}

// configurationWrites are the data that files of configuration name by absolute
// paths.
func (w *Workload) configurationWrites() (list []Write) {
	left := maxConfigFiles
	for _, dir := range configDirs {
		entries, err := w.in.Files.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name, base := path.Join(dir, e.Name()), e.Name()
			if !e.Type().IsRegular() || !isVariables(base) && !isConfiguration(dir, base) {
				continue
			}
			if _, copied := w.in.Run.Destination(name); !copied && dir != "src/main/resources" {
				continue
			}
			if left--; left < 0 {
				return list
			}
			if text, err := w.read(name); err == nil {
				list = append(list, w.settings(name, text, isVariables(base))...)
			}
		}
	}
	return list
}

// settings returns the data that the lines of one such file name. variables: they
// are of the environment, and those of the image come before them.
func (w *Workload) settings(name, text string, variables bool) (list []Write) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if len(line) > maxPath || len(list) >= maxHits {
			continue
		}
		m := setting.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		one := Write{Tree: true, By: name, Place: Place{File: name, Line: number}}
		key, text := m[1], m[2]
		if variables {
			_, set := w.in.Run.Final.EnvVar(key)
			dir, ok := DataPath(key, text)
			if ok && !set {
				one.Path, one.By, one.Variable = dir, key, key
				list = append(list, one)
			}
			continue
		}
		u, literalValue := &unit{lang: Java}, value{known: true, path: text}
		if file, ok := u.databaseFile(text); ok && path.IsAbs(file) {
			one.Path = path.Dir(path.Clean(file))
			list = append(list, one)
		} else if p := pathOf(literalValue); path.IsAbs(p) && namesStore(key) {
			one.Path = p
			list = append(list, one)
		}
	}
	return list
}
