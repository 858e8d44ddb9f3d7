package repository

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// checkout stands for the absolute path of the repository, where a source names
// it by a variable of its own or asks git for it.
const checkout = "/.checkout"

// value is a text that a source says, or that is not known.
type value struct {
	text  string
	known bool
}

func literal(text string) value { return value{text, true} }

// anywhere is the directory of a script that doesn't say where it is run from;
// "/x" is x below that.
var anywhere = literal("/")

// floats reports whether a directory is anywhere, or below it.
func (v value) floats() bool { return v.known && strings.HasPrefix(v.text, "/") }

// Why a path is known not to be in the repository.
const (
	isOutside = "is outside of the repository"
	isRemote  = "is a URL"
)

// local returns the slash-separated path from the root of what p names in a
// directory. why says in a few words why it can't be told, "" when it can.
func local(dir value, p value) (clean, why string) {
	switch {
	case !p.known:
		return "", "is not known"
	case isURL(p.text):
		return "", isRemote
	case p.text == "-":
		return "", "is standard input"
	}
	text := strings.ReplaceAll(p.text, `\`, "/")
	if below, ok := strings.CutPrefix(text, checkout); ok && (below == "" || below[0] == '/') {
		text = path.Clean("." + below)
	} else if path.IsAbs(text) || strings.HasPrefix(text, "~") {
		return "", isOutside
	} else if !dir.known {
		return "", "is relative to a directory that is not known"
	} else {
		text = path.Join(dir.text, text)
	}
	if text == ".." || strings.HasPrefix(text, "../") {
		return "", isOutside
	}
	return text, ""
}

// fromCheckout returns a path below checkout relative to the directory of the file
// that names it, as readers of that file would write it; any other as it is.
func fromCheckout(file, source string) string {
	below, ok := strings.CutPrefix(source, checkout)
	if !ok || below != "" && below[0] != '/' {
		return source
	}
	rel, err := filepath.Rel(path.Join("/", path.Dir(file)), path.Join("/", below))
	if err != nil {
		return source
	}
	if rel = filepath.ToSlash(rel); strings.HasPrefix(rel, ".") {
		return rel
	}
	return "./" + rel
}

// isURL reports whether a build context is a remote one (docker build, "Build
// context": Git repositories, tarballs, and names of other contexts).
func isURL(s string) bool {
	return strings.Contains(s, "://") || strings.HasPrefix(s, "git@") || strings.HasPrefix(s, "github.com/")
}

// paths fills in context and Dockerfile of a build from what a source says of
// them, both relative to a directory of their own; file is empty and known where
// it is not said.
func (b *build) paths(contextDir, context, fileDir, file value) {
	var why string
	if b.Context, why = local(contextDir, context); why != "" {
		b.gap("the build context " + why)
	}
	if why == isOutside || why == isRemote {
		b.Outside = why
	}
	if file == literal("") {
		if b.Context != "" {
			b.Dockerfile = path.Join(b.Context, "Dockerfile")
		}
		return
	}
	if b.Dockerfile, why = local(fileDir, file); why != "" {
		b.gap("the Dockerfile " + why)
	}
}

// gap notes what is not known of the build.
func (b *build) gap(what string) {
	b.Gaps = append(b.Gaps, workload.Gap{Place: b.Place, What: what})
}

// arg notes a build argument.
func (b *build) arg(name string, v value) {
	switch {
	case name == "" || len(b.Args) >= maxValues:
	case !v.known:
		b.gap("the value of the build argument " + name + " is not known")
	default:
		if b.Args == nil {
			b.Args = map[string]string{}
		}
		b.Args[name] = v.text
	}
}

// target notes the stage that is built.
func (b *build) target(v value) {
	if b.Target = v.text; !v.known {
		b.gap("the target is not known")
	}
}

// platforms notes what is built for: one of several is not the build's own.
func (b *build) platforms(v value) {
	switch {
	case !v.known:
		b.gap("the platform is not known")
	case !strings.Contains(v.text, ","):
		b.Platform = strings.TrimSpace(v.text)
	}
}

// tag notes a name of the image.
func (b *build) tag(v value) {
	if v.known && v.text != "" && len(b.tags) < maxValues {
		b.tags = append(b.tags, v.text)
	}
}
