package imagebuild

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// InRepository returns the evidence that a place of the repository is, such as that of a
// deployment.
func InRepository(at workload.Place, what string) fixer.Evidence {
	return fixer.Evidence{File: at.File, Root: fixer.Repository, Line: at.Line, What: what}
}

// InContext returns the evidence that a file of the build context is.
func InContext(name, what string) fixer.Evidence {
	return fixer.Evidence{File: name, Root: fixer.Directory, What: what}
}

// InImage returns the evidence that a fact of an image is, with the source of the fact.
func InImage(f *baseimage.Facts, source baseimage.Source, what string) fixer.Evidence {
	return fixer.Evidence{Image: f.Image, Source: string(source), What: what}
}
