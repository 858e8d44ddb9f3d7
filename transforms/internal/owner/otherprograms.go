package owner

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file keeps apart what other programs of the build context write: nothing of it gives
// the user of an image that does not start them a file.

// otherImages returns the programs that the images of other Dockerfiles start, and this one
// does not. [workload.OtherPrograms.Certain] decides where the image's user would lack a file
// that it had as root.
func otherImages(p *imagebuild.Pass, run *stage.Evaluation) *workload.OtherPrograms {
	return otherPrograms(p, run, startedByOthers(p))
}

// otherStarts returns those and the programs that only scripts of package.json start, which
// people call: perhaps in a container, too, where it has worked as that user all along.
func otherStarts(p *imagebuild.Pass, run *stage.Evaluation) *workload.OtherPrograms {
	starts := startedByOthers(p)
	for file, script := range p.Files().ScriptStarts() {
		starts[file] = starts[file] || !namedInside(p, script)
	}
	return otherPrograms(p, run, starts)
}

func otherPrograms(p *imagebuild.Pass, run *stage.Evaluation, starts map[string]bool) *workload.OtherPrograms {
	if len(starts) == 0 {
		return p.Workload(run).OtherPrograms(nil)
	}
	return p.Workload(run).OtherPrograms(func(file string) bool { return starts[file] && !namedInside(p, file) })
}

// startedByOthers returns the sources that the images of other Dockerfiles start.
func startedByOthers(p *imagebuild.Pass) map[string]bool {
	starts, own := map[string]bool{}, path.Clean("/"+p.File.Name())
	for name, list := range p.DirectoryFiles().ImageStarts() {
		for _, file := range list {
			if !strings.HasSuffix(own, "/"+name) {
				starts[file] = true
			}
		}
	}
	return starts
}

// namedInside reports whether a command that is run in a running container has the name of a
// file or of a script, without its extension.
func namedInside(p *imagebuild.Pass, name string) bool {
	base := path.Base(name)
	base = strings.TrimSuffix(base, path.Ext(base))
	return slices.ContainsFunc(p.Inside, func(d workload.Deployment) bool {
		return strings.Contains(strings.Join(slices.Concat(d.Entrypoint, d.Command), " "), base)
	})
}
