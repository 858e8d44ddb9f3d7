package repository

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// checkout is the path of the repository in texts that name it by a variable or ask
// git for it.
const checkout = "/.checkout"

// value is a text in a source, or an unknown one.
type value struct {
	text  string
	known bool
}

func literal(text string) value { return value{text, true} }

// anywhere is the directory of a script that doesn't state where it runs;
// "/x" is x below that.
var anywhere = literal("/")

// floats reports whether a directory is anywhere, or below it.
func (v value) floats() bool { return v.known && strings.HasPrefix(v.text, "/") }

// The reasons why a path is known not to be in the repository.
const (
	isOutside = "is outside of the repository"
	isRemote  = "is a URL"
)

// local returns the slash-separated path from the root of what p names in a
// directory. why states in a few words why that is unknown, "" if it is known.
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
// that names it, as readers of that file would write it; any other path unchanged.
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

// paths sets the context and Dockerfile of a build from a source, each relative to its
// own directory; file is empty and known if the source does not state it.
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

// gap records what is not known of the build.
func (b *build) gap(what string) {
	b.Gaps = append(b.Gaps, workload.Gap{Place: b.Place, What: what})
}

// arg records a build argument.
func (b *build) arg(name string, v value) {
	switch {
	case name == "" || len(b.Args) >= maxValues:
	case !v.known:
		b.UnknownArgs = append(b.UnknownArgs, name)
		b.gap("the value of the build argument " + name + " is not known")
	default:
		if b.Args == nil {
			b.Args = map[string]string{}
		}
		b.Args[name] = v.text
	}
}

// target records the stage that is built.
func (b *build) target(v value) {
	if b.Target = v.text; !v.known {
		b.gap("the target is not known")
	}
}

// platforms records the platforms: one of several is not the build's own.
func (b *build) platforms(v value) {
	switch {
	case !v.known:
		b.gap("the platform is not known")
	case !strings.Contains(v.text, ","):
		b.Platform = strings.TrimSpace(v.text)
	}
}

// tag records a name of the image. Of one that is not known, its parts may be.
func (b *build) tag(v value) {
	switch {
	case v.text == "" || len(b.tags)+len(b.written) >= maxValues:
	case v.known && !strings.Contains(v.text, "$"):
		b.tags = append(b.tags, v.text)
	default:
		b.written = append(b.written, writtenName(v.text))
	}
}
