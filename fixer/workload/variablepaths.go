package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the variables and settings that name a path which the application may
// write, whatever they are called: what the sources do with them counts, not their names.

// variableUse is a call that writes at or below the value of a variable, or where only the
// variable says.
type variableUse struct {
	name string
	Evidence
}

// writesBelow adds such a call.
func (s *Sources) writesBelow(name string, e Evidence) {
	addResult(s, &s.below, variableUse{name, e}, e.Place, "writes below variables")
}

// pathOfVariable returns the directory or file that a variable names and that the
// application writes: by its name for data, or because a source writes there, or because a
// source reads the variable and another, or itself, writes where no source says.
func (w *Workload) pathOfVariable(name, value string) (p string, ok bool) {
	if dir, isData := DataPath(name, value); isData {
		return dir, true
	}
	if !isPlainPath(value) {
		return "", false
	}
	value = path.Clean(value)
	switch {
	case w.writesBelow(name):
	case installed.MatchString(name) || !w.mayBeWritten(name, value):
		return "", false
	case !w.writesAnywhere() || !w.readsVariable(name):
		return "", false
	}
	if isFileName(name, value) {
		value = path.Dir(value)
	}
	return value, value != "/"
}

// onlyReads reports whether the innermost mount of the deployment around a file can't be
// written by anyone.
func (d Deployment) onlyReads(file string) bool {
	inner := Mount{}
	for _, m := range d.Mounts {
		if Within(path.Clean(file), path.Clean(m.Target)) && len(path.Clean(m.Target)) >= len(inner.Target) {
			inner = m
			inner.Target = path.Clean(m.Target)
		}
	}
	return inner.ReadOnly || inner.Kind == Config
}

// isPlainPath reports whether a value is one absolute path, other than the kernel's.
func isPlainPath(value string) bool {
	return path.IsAbs(value) && len(value) <= maxPath && !strings.ContainsAny(value, ":,;$*?<>(){} \t\n") && path.Clean(value) != "/" && !isKernels(path.Clean(value))
}

// writesBelow reports whether a call of the sources writes below the value of a variable.
func (w *Workload) writesBelow(name string) (found bool) {
	w.eachSources(func(s *Sources) {
		runs := func(p Place) bool { return !found && w.Runs(p.File) }
		for _, use := range s.below {
			found = found || use.name == name && runs(use.Place)
		}
		for _, p := range s.Paths {
			found = found || p.Variable == name && p.Kind == Written && runs(p.Place)
		}
		for _, r := range s.RelativeWrites {
			found = found || r.Variable == name && r.Kind == Written && runs(r.Place)
		}
	})
	return found
}

// writesAnywhere reports whether the sources write where none of them says, by a call or by
// a package.
func (w *Workload) writesAnywhere() (found bool) {
	w.eachSources(func(s *Sources) {
		runs := func(p Place) bool { return !found && w.Runs(p.File) }
		for _, e := range s.Unplaced {
			found = found || runs(e.Place)
		}
		for _, writer := range s.Writers {
			found = found || runs(writer.Place)
		}
	})
	return found
}

var (
	// readWords are the words of a name that say it is of something that is only read: a
	// program, a library, a key, pages to be served. routeWords are those of a place on the web.
	readWords = strings.Fields("bin binary exe executable exec program command cmd cli shell interpreter python java chrome chromium browser ffmpeg ffprobe home " +
		"lib library libraries module modules plugin plugins include includes preload loader cert certs certificate certificates ca chain fullchain pem crt key keys keystore truststore pkcs secret secrets password token credential credentials " +
		"ssl tls sock socket config configs configuration conf settings schema schemas proto template templates view views font fonts icon icons locale locales i18n static assets html index theme docs readme source src code input zoneinfo tz level format")
	routeWords = append(strings.Fields("redirect callback webhook webhooks graphql rest ws websocket rpc health healthcheck healthz liveness readiness ready probe metric metrics login logout auth oauth admin dashboard swagger context mount "+
		"namespace subpath pathname basename location scope root cookie proxy query regex pattern"), urlWords...)
	// readExtension matches the names of files that programs and people write elsewhere.
	readExtension = lazyregexp.New(`(?i)\.(?:pem|crt|cer|cert|key|p12|pfx|jks|so|dll|jar|war|sh|[cm]?jsx?|[cm]?tsx?|py|rb|php|html?|css|ejs|hbs|pug|conf|cfg|ini|ya?ml|toml|properties|proto|graphql|xsd|wasm|ttf|otf|woff2?|png|jpe?g|svg|ico|mmdb)$`)
	// readDirs are the directories of programs, libraries, settings and keys.
	readDirs = strings.Fields("/bin /sbin /lib /lib64 /etc /boot /usr/bin /usr/sbin /usr/lib /usr/libexec /usr/include /usr/share /usr/local/bin /usr/local/sbin /usr/local/lib /usr/local/share /usr/local/etc /run/secrets /var/run/secrets /api")
)

// mayBeWritten reports whether what a name and its absolute path say leaves open that the
// application writes there. What a COPY brings there, outside of the application's
// directory, is only read.
func (w *Workload) mayBeWritten(name, file string) bool {
	isRead := func(word string) bool { return slices.Contains(readWords, word) || slices.Contains(routeWords, word) }
	return !slices.ContainsFunc(nameWords(name), isRead) && !readExtension.MatchString(file) &&
		!slices.ContainsFunc(readDirs, func(dir string) bool { return Within(file, dir) }) && !w.Origin(file).Copied
}

// maxReadVariables bounds the names that the sources are searched for.
const maxReadVariables = 100

// computedVariable matches how a source reads variables whose names it computes: by an index
// that is no literal, or all of them.
var computedVariable = textMatcher{[]string{"env", "ENV", "Env", "BaseSettings"}, lazyregexp.New("\\b(?:process\\.env|import\\.meta\\.env|os\\.environ|ENV)\\[\\s*(?:[A-Za-z_$]|f[\"']|`[^`\\n]*\\$\\{|[\"'][^\"'\\n]*[\"']\\s*\\+)|" +
	"\\bObject\\.(?:entries|keys)\\(\\s*process\\.env\\b|\\bos\\.environ\\.items\\(|\\bos\\.Environ\\(\\)|\\bAutomaticEnv\\(|\\bBaseSettings\\b|\\bnconf\\b[^;]*\\.env\\(|\\bAddEnvironmentVariables\\(")}

// readsVariable reports whether a source, or a file of settings, has the name of a variable,
// or a source reads variables by computed names. It looks for each name once, and takes what
// is beyond maxReadVariables to be read.
func (w *Workload) readsVariable(name string) bool {
	found, known := w.reads[name]
	if known || w.in.Files.files == nil || len(w.reads) >= maxReadVariables {
		return found || !known && len(w.reads) >= maxReadVariables
	}
	w.in.Files.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		isCode := s.lang != "" || path.Ext(s.name) == ".coffee"
		switch {
		case found || gap != nil || w.in.Takes != nil && !w.in.Takes(s.name):
		case isCode || isConfiguration(path.Dir(s.name), path.Base(s.name)):
			found = hasWord(text, name) || isCode && computedVariable.first(text) >= 0
		}
	})
	if w.reads == nil {
		w.reads = map[string]bool{}
	}
	w.reads[name] = found
	return found
}

// hasWord reports whether a text has a word, not as a part of a longer one.
func hasWord(text, word string) bool {
	for at := range indexes(text, word) {
		if end := at + len(word); (at == 0 || !isWordByte(text[at-1])) && (end == len(text) || !isWordByte(text[end])) {
			return true
		}
	}
	return false
}

// pathOfSetting returns the absolute path that a setting names, where the sources write and
// do not say where; "" for none. The name of a key counts for as much as that of a variable:
// a path of the system is told from a route, any other where the key says that it is one.
func (w *Workload) pathOfSetting(s setting) string {
	key := s.keys[len(s.keys)-1]
	name := strings.Join(slices.DeleteFunc(slices.Clone(s.keys), func(k string) bool { return k != key && isOfSettings.MatchString(k) }), " ")
	switch p := path.Clean(s.value); {
	case !isPlainPath(s.value) || !absolutePath.MatchString(s.value):
	case !isSystemPath(p) && !namesDirectory(key):
	case w.mayBeWritten(name, p) && w.writesAnywhere():
		return p
	}
	return ""
}

// isOfSettings matches the keys that only say that what is below them is settings.
var isOfSettings = lazyregexp.New(`(?i)^(?:config|configs|configuration|conf|settings|source|src|code|root|default)$`)
