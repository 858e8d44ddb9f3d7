package workload

import "slices"

// Of returns what the sources that an image takes from the build context contain:
// takes reports whether it takes a file. A list that is at its bound is returned
// whole: which of the image's sources it lacks is unknown.
func (s *Sources) Of(takes func(name string) bool) *Sources {
	out := *s
	out.ChildProcesses = taken(s.ChildProcesses, maxResults, takes, func(c ChildProcess) Place { return c.Place })
	out.Paths = taken(s.Paths, maxResults, takes, func(p SourcePath) Place { return p.Place })
	out.RelativeWrites = taken(s.RelativeWrites, maxResults, takes, func(w RelativeWrite) Place { return w.Place })
	out.Writers = taken(s.Writers, maxHits, takes, func(w SourceWriter) Place { return w.Place })
	out.Unplaced = taken(s.Unplaced, maxHits, takes, func(e Evidence) Place { return e.Place })
	out.below = taken(s.below, maxResults, takes, func(u variableUse) Place { return u.Place })
	out.locations = taken(s.locations, maxResults, takes, func(w RelativeWrite) Place { return w.Place })
	out.RootUses = taken(s.RootUses, maxResults, takes, func(u RootUse) Place { return u.Place })
	out.Ports = taken(s.Ports, maxResults, takes, func(p SourcePort) Place { return p.Place })
	out.Settings = taken(s.Settings, maxResults, takes, func(f NamedFile) Place { return f.Place })
	return &out
}

// Of is that of Sources.
func (p *NodeProcess) Of(takes func(name string) bool) *NodeProcess {
	of := func(list func() []Evidence) func() []Evidence {
		return func() []Evidence {
			return taken(list(), maxHits, takes, func(e Evidence) Place { return e.Place })
		}
	}
	return &NodeProcess{
		npmVariables: of(p.npmVariables), pwd: of(p.pwd), spawns: of(p.spawns), stops: of(p.stops), writing: of(p.writing), read: p.read,
		systemData: func() []SystemData {
			return taken(p.systemData(), maxHits, takes, func(d SystemData) Place { return d.Place })
		},
	}
}

// taken returns the entries of the files that are taken.
func taken[E any](list []E, bound int, takes func(string) bool, place func(E) Place) []E {
	if len(list) >= bound {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(e E) bool {
		file := place(e).File
		return file != "" && !takes(file)
	})
}
