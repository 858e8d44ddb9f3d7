package workload

import "cmp"

// PackageUses is how the sources of a context use npm packages: what they import, name
// in quotes, or reach in node_modules. It keeps the first place of each name, in the
// order of the walk.
type PackageUses struct {
	Gaps []Gap // what ended the walk; a use that was found comes before it

	kinds    map[string]packageUse // by the extension of a file, and by next.config.ts
	imported map[string]packageUse
	quoted   map[string]packageUse // also by the extension of what is quoted
	named    map[string]packageUse // in data and in fields of package.json
	words    map[string]packageUse // of files that start programs
	reaches  packageUse            // of a path into node_modules
	managers packageUse            // of a file that starts programs and names a package manager
}

// packageUse is a place in a source.
type packageUse struct {
	file  string // "" for no use
	order int    // of the file in the walk
	at    int    // the order of uses of one kind in it
	line  int
}

// UseKind is how a file uses a package.
type UseKind string

const (
	NeedsPackage  UseKind = "needs"    // by the type of file: a template its engine, next.config.ts typescript
	UsesPackage   UseKind = "uses"     // imports it, or names it in quotes
	NamesPackage  UseKind = "names"    // is data that names it, or package.json in a field of the application
	LoadsOthers   UseKind = "loads"    // imports a package that loads others
	ReachesInside UseKind = "reaches"  // names a path into node_modules
	StartsProgram UseKind = "programs" // starts programs, and names the package or a package manager
)

// PackageUse is the first use of one of several packages.
type PackageUse struct {
	Kind    UseKind
	Package string // "" for the kinds without one: ReachesInside and StartsProgram
	Place   Place
}

// PackageQuery asks for uses of packages.
type PackageQuery struct {
	Packages map[string]bool
	// Listed are the packages, those of Packages among them, that count as used if
	// their name is in quotes, in data or is the extension of a file. Others count only if
	// imported.
	Listed map[string]string
	// Loaders are packages whose import means the use of others that no source names.
	Loaders  map[string]bool
	Programs map[string]bool // those that the packages bring
}

// candidate is a use that a query asks for, with its rank in a file.
type candidate struct {
	packageUse
	rank    int
	kind    UseKind
	pkg     string
	isFound bool
}

// First returns the first use that a query asks for, in the order of the walk, and in
// one file by its kind. found reports whether there is one; if there is none, Gaps
// may leave the question open.
func (u *PackageUses) First(q PackageQuery) (use PackageUse, found bool) {
	var best candidate
	consider := func(p packageUse, rank int, kind UseKind, pkg string) {
		c := candidate{p, rank, kind, pkg, true}
		if p.file != "" && (!best.isFound || cmp.Or(c.order-best.order, c.rank-best.rank, c.at-best.at) < 0) {
			best = c
		}
	}
	for name := range q.Packages {
		if q.Packages[name] {
			if _, listed := q.Listed[name]; listed {
				consider(u.kinds[name], 0, NeedsPackage, name)
				consider(u.quoted[name], 2, UsesPackage, name)
				consider(u.named[name], 2, NamesPackage, name)
			}
			consider(u.imported[name], 1, UsesPackage, name)
			consider(u.words[name], 4, StartsProgram, "")
		}
	}
	for name, loads := range q.Loaders {
		if loads && !q.Packages[name] {
			consider(u.imported[name], 1, LoadsOthers, name)
		}
	}
	for name, brought := range q.Programs {
		if brought {
			consider(u.words[name], 4, StartsProgram, "")
		}
	}
	consider(u.reaches, 3, ReachesInside, "")
	consider(u.managers, 4, StartsProgram, "")
	return PackageUse{best.kind, best.pkg, Place{File: best.file, Line: best.line}}, best.isFound
}
