package workload

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/stage"
)

// Input is what Of needs to describe a stage.
type Input struct {
	Run     *stage.Evaluation // the stage, evaluated on what is known of its base
	Context fs.FS             // what COPY and ADD can reach; nil when it is not known
	Files   *Files            // Context, read once; nil for one of its own
	// Takes reports whether the stages take a file of the context; nil for all.
	Takes func(name string) bool
	// Deployments are the known ways in which the image is run.
	Deployments []Deployment
	// Perhaps are those in which the image may be this one, or another.
	Perhaps []Deployment
	// Ask returns facts of the base image that cost more than its configuration.
	Ask func(baseimage.Ask) (*baseimage.Facts, error)
}

// Workload is what a container of one stage does.
type Workload struct {
	in       Input
	start    *Script
	packages map[string]packageAnswer // by directory
	sources  *Sources                 // the sources for which Takes is true
	config   *configuration           // read on first use
	begun    *started                 // found on first use
	compiles *[]compilation           // found on first use
	built    *buildings               // found on first use
	reads    map[string]bool          // the variables that were looked for
	ran      *[]ApplicationRun        // found on first use
	place    Place                    // of another start than the image's own

	installed map[string]installedSource // what was found of sources of Python
	made      map[string]madeScript      // found on first use
}

type packageAnswer struct {
	pkg *Package
	err error
}

// Of returns the workload of a stage. Files are read when a question needs them.
func Of(in Input) *Workload {
	if in.Files == nil {
		in.Files = Open(in.Context)
	}
	return &Workload{in: in, packages: map[string]packageAnswer{}}
}

// NodeProcess returns what the Node.js sources that the stages take from the context
// say about their process.
func (w *Workload) NodeProcess() *NodeProcess {
	if w.in.Takes == nil {
		return w.in.Files.NodeProcess()
	}
	return w.in.Files.NodeProcess().Of(w.in.Takes)
}

// Sources returns what the sources that the stages take from the context contain.
func (w *Workload) Sources() *Sources {
	if w.in.Takes == nil {
		return w.in.Files.Sources()
	}
	if w.sources == nil {
		w.sources = w.in.Files.Sources().Of(w.in.Takes)
	}
	return w.sources
}

// Package is a package.json in the image.
type Package struct {
	*npm.Manifest
	Dir    string // absolute, in the image
	Source string // its path in the build context
	Text   []byte
}

// MaxText is the largest script, source or package.json that is read, in bytes.
const MaxText = 1 << 20

// Package returns the package.json in a directory of the image. It fails if that did
// not come from the build context, or can't be read.
func (w *Workload) Package(dir string) (*Package, error) {
	dir = path.Clean(dir)
	a, ok := w.packages[dir]
	if !ok {
		a.pkg, a.err = w.readPackage(dir)
		w.packages[dir] = a
	}
	return a.pkg, a.err
}

func (w *Workload) readPackage(dir string) (*Package, error) {
	origin := w.in.Run.Origin(path.Join(dir, "package.json"), w.in.Context)
	if origin.Name == "" && w.in.Context != nil {
		return nil, errors.New("it is not copied from the build context")
	}
	text, err := w.read(origin.Name)
	if errors.Is(err, fs.ErrNotExist) {
		name := origin.Name
		if name == "package.json" {
			name = "it"
		}
		return nil, errors.New(name + " is not in the build context")
	}
	if err != nil {
		return nil, err
	}
	m, err := w.in.Files.Manifest(origin.Name)
	if err != nil {
		return nil, err
	}
	return &Package{Manifest: m, Dir: dir, Source: origin.Name, Text: []byte(text)}, nil
}

// read reads a text of the build context.
func (w *Workload) read(name string) (string, error) { return w.in.Files.ReadFile(name, MaxText) }

// lineOf returns the line, from 1, of an offset in a text; 1 for none.
func lineOf(text string, offset int) int {
	if offset < 0 || offset > len(text) {
		return 1
	}
	return strings.Count(text[:offset], "\n") + 1
}
