package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Up is up.json: Docker Compose builds and starts the services of want.compose.yaml, or of
// want/ where a repository is repaired, and those named here are looked at from outside.
// Package lab does it.
type Up struct {
	// App names a folder of lab/apps, as in build.json.
	App      string             `json:"app,omitempty"`
	Services map[string]Service `json:"services"`
}

// Service is what must be seen of a service, of each of its processes. In any case they have
// no capabilities and gain none, a filter allows their system calls, and they end on SIGTERM,
// within the ten seconds that Compose gives them.
type Service struct {
	User string `json:"user"` // UID:GID
	// ReadOnly: the root file system is. False: it is not.
	ReadOnly bool `json:"readOnly,omitempty"`
	// Port is where it answers HTTP requests. 0 for nowhere.
	Port int `json:"port,omitempty"`
}

var numericUser = regexp.MustCompile(`^[0-9]+:[0-9]+$`)

// ReadUp reads up.json in the folder of a case.
func ReadUp(dir string) (*Up, error) {
	f, err := os.Open(filepath.Join(dir, "up.json"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	u := new(Up)
	dec := json.NewDecoder(f)
	dec.DisallowUnknownFields()
	if err := dec.Decode(u); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	if len(u.Services) == 0 {
		return nil, fmt.Errorf("%s: it names no service", f.Name())
	}
	for name, s := range u.Services {
		if !numericUser.MatchString(s.User) {
			return nil, fmt.Errorf("%s: user %q of the service %s is not UID:GID", f.Name(), s.User, name)
		}
	}
	return u, nil
}
