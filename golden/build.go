package golden

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Build is build.json: the case is built and run, before and after, with the expected
// observations. Package lab does it.
type Build struct {
	// App names a folder of lab/apps. Its files are the build context, overlaid by
	// those of the case's own context/.
	App string `json:"app,omitempty"`
	// Ready is the readiness condition of the command, as for dockmend verify --ready.
	Ready  string   `json:"ready,omitempty"`
	Before *Outcome `json:"before"`
	// After is left out in a case that stays unchanged. Its command also runs hardened, as
	// with dockmend verify, and works as well unless HardenedLacks says otherwise.
	After *Outcome `json:"after,omitempty"`
}

// Outcome is what must be observed of one Dockerfile: that it fails, or how its
// command runs.
type Outcome struct {
	// BuildFails and StartFails are a part of the message or of the log if the build
	// or the command failed.
	BuildFails string `json:"buildFails,omitempty"`
	StartFails string `json:"startFails,omitempty"`

	UID *int `json:"uid,omitempty"` // of PID 1
	// Ends: it ends by itself, with exit code 0.
	Ends bool `json:"ends,omitempty"`
	// Stops: it ends on its stop signal. False: two seconds later it still runs, and
	// is killed.
	Stops *bool `json:"stops,omitempty"`
	// Within is the longest time that it takes to stop, as "1s".
	Within string `json:"within,omitempty"`
	// Logs are parts of what it must have logged at the end.
	Logs []string `json:"logs,omitempty"`
	// Writes are paths, outside /tmp, that it must have written.
	Writes []string `json:"writes,omitempty"`

	// HardenedLacks is a part of the log, or of what Observation.Lack of package proof says,
	// if the command works, but not as well with a read-only root file system, without
	// capabilities, and with no-new-privileges. It is for After alone.
	HardenedLacks string `json:"hardenedLacks,omitempty"`
}

// ReadBuild reads build.json in the folder of a case. It returns nil if there is none.
func ReadBuild(dir string) (*Build, error) {
	f, err := os.Open(filepath.Join(dir, "build.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := new(Build)
	dec := json.NewDecoder(f)
	dec.DisallowUnknownFields()
	if err := dec.Decode(b); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	switch {
	case b.Before == nil:
		err = errors.New("it doesn't say what is seen before")
	case b.Before.HardenedLacks != "":
		err = errors.New("what is seen before does not run hardened")
	}
	err = errors.Join(err, b.Before.check(), b.After.check())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return b, nil
}

func (o *Outcome) check() error {
	switch {
	case o == nil:
		return nil
	case o.BuildFails != "" && o.StartFails != "":
		return errors.New("what does not build does not start")
	case (o.BuildFails != "" || o.StartFails != "") && o.HardenedLacks != "":
		return errors.New("what fails does not run hardened")
	case o.BuildFails != "" || o.StartFails != "" || o.Ends:
		if o.UID != nil || o.Stops != nil || len(o.Writes) > 0 {
			return errors.New("what is seen of a command that stays up, and that it doesn't")
		}
		return nil
	case o.UID == nil || o.Stops == nil:
		return errors.New("a command that stays up has a uid, and stops or does not")
	case o.Within != "":
		_, err := time.ParseDuration(o.Within)
		return err
	}
	return nil
}

// BuildContext returns the files of the case's build context by their paths.
// Git keeps no other mode than that of programs, and those on disk depend on the
// umask, so the name decides.
func (b *Build) BuildContext(dir string) (map[string]File, error) {
	files := map[string]File{}
	roots := []string{filepath.Join(dir, "context")}
	if b != nil && b.App != "" {
		app, err := appDir(dir, b.App)
		if err != nil {
			return nil, err
		}
		roots = append([]string{app}, roots...)
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			mode := fs.FileMode(0o644)
			if strings.HasSuffix(path, ".sh") {
				mode = 0o755
			}
			rel, err := filepath.Rel(root, path)
			files[filepath.ToSlash(rel)] = File{data, mode}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return files, nil
}

// appDir returns the folder of an application of lab/apps. golden/ is two folders
// above a case of the whole list, and three above a case of one transform.
func appDir(dir, app string) (string, error) {
	near := filepath.Join(dir, "..", "..", "lab", "apps", app)
	if _, err := os.Stat(near); err == nil {
		return near, nil
	}
	far := filepath.Join(dir, "..", "..", "..", "lab", "apps", app)
	_, err := os.Stat(far)
	return far, err
}

// File is a file of a build context.
type File struct {
	Data []byte
	Mode fs.FileMode
}
