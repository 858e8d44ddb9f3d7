package readonly

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

// TestPlan: an image that was seen to work so is safe, and what one run of it does not show is a
// doubt, or a refusal.
func TestPlan(t *testing.T) {
	at := workload.Place{File: "a", Line: 3}
	never := func(string) bool { return false }
	for name, c := range map[string]struct {
		container func(*workload.Container)
		seen      func(*workload.Observed)
		way       func(*Way)
		dirs      string
		says      string // of the doubt or the refusal; "" where it is safe
		refused   bool
	}{
		"seen":            {dirs: "/tmp"},
		"nothing seen":    {container: func(c *workload.Container) { c.Observed = nil }, dirs: "/tmp", says: "was not observed"},
		"a stale record":  {container: func(c *workload.Container) { c.Stale = "with other files" }, dirs: "/tmp", says: "with other files"},
		"a third party's": {container: func(c *workload.Container) { c.Own = false }, says: "is not known", refused: true},
		"a cache": {seen: func(o *workload.Observed) {
			o.Wrote, o.Mounts = []string{"/app/.cache/x"}, []string{"/app/.cache", "/tmp"}
		}, dirs: "/tmp /app/.cache"},
		"a cache, seen without":    {seen: func(o *workload.Observed) { o.Wrote = []string{"/app/.cache/x"} }, dirs: "/tmp /app/.cache", says: "other directories writable"},
		"elsewhere":                {seen: func(o *workload.Observed) { o.Wrote = []string{"/app/x"} }, says: "which needs a volume", refused: true},
		"a path that ends at once": {seen: func(o *workload.Observed) { o.Wrote = []string{"/app:1/.cache/x"} }, says: "which needs a volume", refused: true},
		"the kernel's":             {seen: func(o *workload.Observed) { o.Wrote = []string{"/dev/shm/x", "/proc/self/x"} }, dirs: "/tmp"},
		"another user":             {way: func(w *Way) { w.UID = 5 }, dirs: "/tmp", says: "with this command, environment, user"},
		"not as it runs":           {way: func(w *Way) { w.Unknown = "a says so" }, dirs: "/tmp", says: "as it runs: a says so"},
		"a failure":                {seen: func(o *workload.Observed) { o.ReadOnly = "it failed" }, dirs: "/tmp", says: "it failed"},
		"a volume of the image":    {container: func(c *workload.Container) { c.Volumes = []string{"/tmp"} }, seen: func(o *workload.Observed) { o.Mounts, o.Wrote = nil, nil }},
		"a volume that it writes":  {container: func(c *workload.Container) { c.Volumes = []string{"/data"} }, seen: func(o *workload.Observed) { o.Wrote = []string{"/data/x"} }, dirs: "/tmp", says: "an earlier start left at /data/x"},
		"a tmpfs that it writes": {way: func(w *Way) {
			w.Tmpfs, w.Mounted = []string{"/data"}, func(f string) bool { return workload.Within(f, "/data") }
		}, seen: func(o *workload.Observed) { o.Wrote, o.Mounts = []string{"/data/x"}, []string{"/data", "/tmp"} }, dirs: "/tmp"},
		"data that it is given":    {container: func(c *workload.Container) { c.Data = []string{"/app/db.json"} }, dirs: "/tmp", says: "its start names /app/db.json"},
		"data in a volume":         {container: func(c *workload.Container) { c.Data = []string{"/data/db.json"}; c.Volumes = []string{"/data"} }, dirs: "/tmp"},
		"data in /tmp":             {container: func(c *workload.Container) { c.Data = []string{"/tmp/db.json"} }, dirs: "/tmp"},
		"a rebuilt image":          {container: func(c *workload.Container) { c.Rebuilt = true }, dirs: "/tmp", says: "build it first"},
		"a touched container":      {container: func(c *workload.Container) { c.Touched = at }, dirs: "/tmp", says: "a:3 does something"},
		"a limit":                  {way: func(w *Way) { w.Limit = at }, dirs: "/tmp", says: "a:3 limits its memory"},
		"a limit, nothing written": {way: func(w *Way) { w.Limit = at }, seen: func(o *workload.Observed) { o.Wrote = nil }, dirs: "/tmp"},
		"a database":               {seen: func(o *workload.Observed) { o.Wrote = []string{"/tmp/prod.sqlite"} }, dirs: "/tmp", says: "may be data"},
		"a file named alike":       {seen: func(o *workload.Observed) { o.Wrote = []string{"/tmp/database-client.log"} }, dirs: "/tmp", says: "may be data"},
		"a file of another name":   {seen: func(o *workload.Observed) { o.Wrote = []string{"/tmp/metadata.json"} }, dirs: "/tmp"},
		"a pid file":               {seen: func(o *workload.Observed) { o.Wrote = []string{"/tmp/app.pid"} }, dirs: "/tmp"},
		"a pid file in a pod":      {way: func(w *Way) { w.Pod = true }, seen: func(o *workload.Observed) { o.Wrote = []string{"/tmp/app.pid"} }, dirs: "/tmp", says: "would be there still"},
		"a probe":                  {way: func(w *Way) { w.Probes = []string{":3000/health", "/"} }, seen: func(o *workload.Observed) { o.Pages = []string{":3000/", ":3000/health"} }, dirs: "/tmp"},
		"a probe, not requested":   {way: func(w *Way) { w.Probes = []string{":3000/health"} }, seen: func(o *workload.Observed) { o.Pages = []string{":3000/"} }, dirs: "/tmp", says: ":3000/health, which was not observed"},
		"what outlasts a machine":  {seen: func(o *workload.Observed) { o.Wrote, o.Mounts = []string{"/var/tmp/x"}, []string{"/tmp", "/var/tmp"} }, dirs: "/tmp /var/tmp", says: "/var/tmp stays"},
	} {
		seen := workload.Observed{UID: 1000, GID: 1000, By: "listened on 3000", Wrote: []string{"/tmp/x"}, Mounts: []string{"/tmp"}}
		if c.seen != nil {
			c.seen(&seen)
		}
		image := workload.Container{Image: "Dockerfile", Own: true, Observed: []workload.Observed{seen}}
		if c.container != nil {
			c.container(&image)
		}
		way := Way{UID: 1000, GID: 1000, Mounted: never}
		if c.way != nil {
			c.way(&way)
		}
		list, may := Plan(image, way)
		var dirs []string
		for _, d := range list {
			dirs = append(dirs, d.Path)
		}
		said := may.Refuse
		if may.Safety != 0 {
			said = strings.Join(may.Caveats, "; ")
		}
		if strings.Join(dirs, " ") != c.dirs || may.Refused() != c.refused || (said == "") != (c.says == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q, refused %t, %q", name, dirs, may.Refused(), said)
		}
	}
}
