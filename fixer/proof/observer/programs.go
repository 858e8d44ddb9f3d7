package observer

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The bounds of a look for programs.
const (
	maxPrograms    = 20     // that are named
	maxProgramLook = 20_000 // files that are looked at
)

// programs returns what can be executed in some directories: libraries and programs that processes
// have in memory, also those that were removed since, and files that are programs by their mode or
// their content. Where there are more files than are looked at, the directory is returned.
func programs(proc string, dirs []string) ([]string, error) {
	found := map[string]bool{}
	maps, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "maps"))
	if err != nil {
		return nil, err
	}
	for _, file := range maps {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it ended meanwhile
		}
		for _, name := range mapped(text, dirs) {
			found[name] = true
		}
	}
	for _, dir := range dirs {
		for _, name := range executable(dir) {
			found[name] = true
		}
	}
	list := make([]string, 0, len(found))
	for name := range found {
		list = append(list, name)
	}
	slices.Sort(list)
	return list[:min(len(list), maxPrograms)], nil
}

// mapped returns the files below directories whose code a process has in memory, by its
// /proc/PID/maps.
func mapped(text []byte, dirs []string) (list []string) {
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) < 6 || !strings.Contains(fields[1], "x") {
			continue
		}
		name := strings.Join(fields[5:], " ")
		if slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(name, dir+"/") }) {
			list = append(list, strings.TrimSuffix(name, " (deleted)"))
		}
	}
	return list
}

// executable returns the files below a directory that are programs or libraries, or the directory
// itself where it has too many files.
func executable(dir string) (list []string) {
	count := 0
	_ = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if count++; count > maxProgramLook {
			list = append(list, dir)
			return fs.SkipAll
		}
		if err != nil || !e.Type().IsRegular() {
			return nil // removed meanwhile, or nothing that is executed
		}
		if isProgram(name, e) {
			list = append(list, name)
		}
		return nil
	})
	return list
}

// isProgram reports whether a file is one that may be executed, or a library.
func isProgram(name string, e fs.DirEntry) bool {
	if info, err := e.Info(); err == nil && info.Mode()&0o111 != 0 {
		return true
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == "\x7fELF"
}
