package rootcheck

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
)

// This file finds application servers that are told to change their user: as another
// user they fail at it, and end.

var (
	// uwsgiUser matches the options of uWSGI that change the user (uwsgi-docs,
	// "Options"), in a configuration file.
	uwsgiUser = lazyregexp.New(`(?m)^\s*<?"?(uid|gid|chroot|drop-after-init|immediate-uid|immediate-gid)"?\s*[=:>]`)
	// gunicornUser matches the settings of Gunicorn that do (docs.gunicorn.org,
	// "Settings").
	gunicornUser = lazyregexp.New(`(?m)^\s*(user|group)\s*=`)
)

// switches returns the reason to stay root of a server that changes its user.
func (x *examiner) switches(c *workload.Command) string {
	var flags, configs []string
	pattern := uwsgiUser
	switch c.Name {
	case "uwsgi":
		flags = strings.Fields("--uid --gid --chroot --immediate-uid --immediate-gid --drop-after-init")
		configs = strings.Fields("--ini --yaml --yml --json --xml -i")
	case "gunicorn":
		flags = strings.Fields("--user --group -u -g")
		configs = strings.Fields("--config -c")
		pattern = gunicornUser
	default:
		return ""
	}
	var files []string
	for i, w := range c.Args {
		name, value, attached := strings.Cut(w.Text, "=")
		if slices.Contains(flags, name) {
			return fmt.Sprintf("%s changes its user (%s)", c.Name, name)
		}
		switch {
		case slices.Contains(configs, name) && attached:
			files = append(files, value)
		case slices.Contains(configs, name) && i+1 < len(c.Args):
			files = append(files, c.Args[i+1].Text)
		case c.Name == "uwsgi" && slices.Contains([]string{".ini", ".yaml", ".yml", ".json", ".xml"}, path.Ext(w.Text)):
			files = append(files, w.Text)
		}
	}
	if c.Name == "gunicorn" {
		files = append(files, "gunicorn.conf.py") // which it reads by itself
	}
	for _, file := range files {
		if !path.IsAbs(file) {
			file = path.Join(c.Dir, file)
		}
		origin := x.run.Origin(file, x.pass.Context).Name
		text, err := x.read(origin)
		if origin == "" || err != nil {
			if path.Base(file) != "gunicorn.conf.py" {
				x.doubts.Add(blockers.Of(fmt.Sprintf("whether %s changes the user of %s can't be seen", path.Base(file), c.Name))...)
			}
			continue
		}
		if pattern.MatchString(text) {
			return fmt.Sprintf("%s has %s change its user", origin, c.Name)
		}
	}
	return ""
}
