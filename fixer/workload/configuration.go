package workload

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads which data the configuration of an application names.

// configDirs are the directories that hold an application's configuration, relative to
// the context; Spring Boot's are among them ("Externalized Configuration",
// docs.spring.io).
var configDirs = []string{".", "config", "src/main/resources"}

const (
	maxConfigFiles = 50 // configuration files that are read
	maxConfigDirs  = 50 // below "config"
)

// isVariables reports whether a file of that name sets environment variables, and is
// not an example.
func isVariables(base string) bool {
	return base == ".env" || strings.HasPrefix(base, ".env.") && !isExample(base) && !slices.Contains([]string{"test", "development", "dev"}, base[len(".env."):])
}

// isConfiguration reports whether a file is one of settings, by its name: of Spring,
// of .NET, of the application as a whole, or in a directory of them.
func isConfiguration(dir, base string) bool {
	ext := path.Ext(base)
	if loggingFile.MatchString(base) {
		return true
	}
	if settingFormats[ext] == nil || slices.Contains(namedFormats, ext) {
		return false
	}
	stem := strings.TrimSuffix(base, ext)
	return strings.HasPrefix(base, "application") && ext != ".json" || strings.HasPrefix(base, "appsettings") ||
		slices.Contains([]string{"config", "settings"}, stem) || dir == "config" || strings.HasPrefix(dir, "config/")
}

// configuration is what configuration files say.
type configuration struct {
	writes []Write
	gaps   []Gap
}

// ConfigurationGaps returns the configuration files that could not be read. Data that
// they name is missing from Writes.
func (w *Workload) ConfigurationGaps() []Gap { return w.configuration().gaps }

// configuration reads the configuration files, by their place and name, and
// those that the sources name. They are read once.
func (w *Workload) configuration() *configuration {
	if w.config != nil {
		return w.config
	}
	w.config = &configuration{}
	list := w.configurationFiles()
	if len(list) > maxConfigFiles {
		w.config.gaps = append(w.config.gaps, Gap{Place{File: list[maxConfigFiles].name}, fmt.Sprintf("there are more than %d files of configuration", maxConfigFiles)})
		list = list[:maxConfigFiles]
	}
	for _, f := range list {
		text, err := w.read(f.name)
		if err == nil {
			err = w.settings(f, text)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.config.gaps = append(w.config.gaps, Gap{Place{File: f.name}, fmt.Sprintf("it can't be read: %v", err)})
		}
	}
	return w.config
}

// configFile is a configuration file.
type configFile struct {
	name string // in the build context
	as   string // in the image: the name that says its format (COPY .env.example .env)
}

// configurationFiles returns the configuration files that are copied into the image.
func (w *Workload) configurationFiles() (list []configFile) {
	add := func(f configFile) {
		_, copied := w.in.Run.Destination(f.name)
		same := func(other configFile) bool { return other.name == f.name }
		if (copied || path.Dir(f.name) == "src/main/resources") && !slices.ContainsFunc(list, same) {
			list = append(list, f)
		}
	}
	dirs := slices.Clone(configDirs)
	for i := 0; i < len(dirs) && i < maxConfigDirs; i++ {
		entries, err := w.in.Files.ReadDir(dirs[i])
		if err != nil {
			continue // there is none
		}
		for _, e := range entries {
			f := configFile{name: path.Join(dirs[i], e.Name())}
			file, _ := w.in.Run.Destination(f.name)
			f.as = cmp.Or(file, f.name)
			base := path.Base(f.as)
			switch {
			case e.IsDir() && strings.HasPrefix(f.name, "config/"):
				dirs = append(dirs, f.name)
			case w.isFile(f.name, e) && (isVariables(base) || isConfiguration(dirs[i], base)):
				add(f)
			}
		}
	}
	for _, f := range w.startSettings() {
		add(f)
	}
	w.eachSources(func(s *Sources) {
		for _, named := range s.Settings {
			if f, ok := w.namedSettings(named.File); ok {
				add(f)
			}
		}
	})
	return list
}

// namedSettings returns the file of the build context that a source or an option names, by
// its path in the image or in the context. ok is false where there is none.
func (w *Workload) namedSettings(named string) (f configFile, ok bool) {
	f = configFile{named, named}
	if path.IsAbs(named) {
		f.name = w.Origin(named).Name
	}
	if f.name == "" {
		return configFile{}, false
	}
	info, err := w.in.Files.Stat(f.name)
	return f, err == nil && info.Mode().IsRegular()
}

// startSettings returns the files of settings that arguments of the start name
// (uvicorn --log-config logging.ini).
func (w *Workload) startSettings() (list []configFile) {
	for _, l := range w.Launches() {
		for _, a := range l.Args {
			_, file, joined := strings.Cut(a.Text, "=")
			if !joined {
				file = a.Text
			}
			if settingFormats[path.Ext(file)] == nil || slices.Contains(notSettings, path.Base(file)) {
				continue
			}
			if !path.IsAbs(file) {
				file = path.Join(l.Dir, file)
			}
			if f, ok := w.namedSettings(file); ok {
				list = append(list, f)
			}
		}
	}
	return list
}

// isFile reports whether an entry is a regular file, or a link to one within the
// context.
func (w *Workload) isFile(name string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.Type().IsRegular()
	}
	info, err := w.in.Files.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// usedVariable matches the use of a variable in the value of another.
var usedVariable = lazyregexp.New(`\$(?:\w+|\{\w+\})`)

// settings adds the data that the settings of a file name.
func (w *Workload) settings(f configFile, text string) error {
	base := path.Base(f.as)
	variables, ext := isVariables(base) || path.Ext(base) == ".env", path.Ext(base)
	if variables {
		ext = ".env"
	}
	list, err := readSettings(ext, f.name, text)
	if err != nil {
		return err
	}
	found := 0
	values := map[string]string{}
	for _, s := range list {
		if found >= maxHits {
			return nil // one of them is enough
		}
		if len(s.keys) == 0 {
			continue
		}
		one := Write{Tree: true, By: f.name, Place: Place{File: f.name, Line: s.line}}
		if variables {
			key := s.keys[len(s.keys)-1]
			// Variables of the image come first, and one may use another.
			value := usedVariable.ReplaceAllStringFunc(s.value, func(use string) string {
				return cmp.Or(values[strings.Trim(use, "${}")], use)
			})
			values[key] = value
			_, set := w.in.Run.Final.EnvVar(key)
			if dir, ok := w.pathOfVariable(key, value); ok && !set {
				one.Path, one.By, one.Variable = dir, key, key
			} else if list := variableOptions(key, value, one.Place); len(list) > 0 && !set {
				one = list[0]
			}
		} else {
			one.Path = cmp.Or(dataOf(s), w.pathOfSetting(s))
		}
		if one.Path != "" {
			w.config.writes = append(w.config.writes, one)
			found++
		}
	}
	return nil
}

// placeWords are the words of a key that say a place holds what the keys above it say.
var placeWords = strings.Fields("path dir directory dirname folder file filename root location dest destination base basedir volume")

// dataOf returns the absolute path of the data that a setting names, "" for none.
func dataOf(s setting) string {
	u := &unit{lang: Java}
	if file, ok := u.databaseFile(s.value); ok && path.IsAbs(file) {
		return path.Dir(path.Clean(file))
	}
	p := pathOf(value{known: true, path: s.value})
	key := s.keys[len(s.keys)-1]
	isPlace := func() bool {
		return slices.ContainsFunc(nameWords(key), func(word string) bool { return slices.Contains(placeWords, word) })
	}
	if path.IsAbs(p) && (namesStore(key) || dataFile.MatchString(p) || isPlace() && namesStore(strings.Join(s.keys, " "))) {
		return p
	}
	return ""
}
