package discover

import (
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// kind is the type of a file as its name states it.
type kind int

const (
	otherKind      kind = iota
	dockerfileKind      // a Dockerfile
	doubtfulKind        // a Dockerfile, or what its extension says
	templateKind        // the source of a generated Dockerfile
	composeKind         // a Compose file
	manifestKind        // a file of YAML, which may be a Kubernetes manifest
)

// IsDockerfile reports whether a file is a Dockerfile by its base name: it is
// Dockerfile or Containerfile, with or without an extension for its purpose, or has
// one of these as its extension. Case does not matter. It is false for extensions of
// templates, backups and files next to a Dockerfile, and for those that are as often
// other files: there Search reads the text.
func IsDockerfile(name string) bool { return kindOf(name) == dockerfileKind }

func kindOf(name string) kind {
	lower := strings.ToLower(name)
	ending := path.Ext(lower)
	switch {
	case templates[ending] && isNamed(strings.TrimSuffix(lower, ending)):
		return templateKind
	case !isNamed(lower), others[ending], strings.HasSuffix(lower, "~"):
		return otherKind
	case strings.HasPrefix(lower, "._"), strings.HasPrefix(lower, ".#"):
		return otherKind // macOS' file of attributes, Emacs' lock
	case doubtful[ending]:
		return doubtfulKind
	}
	return dockerfileKind
}

// IsNamed reports whether a file has one of the names that Docker, Podman and editors
// recognize as a Dockerfile, whatever its extension: IsDockerfile requires more.
func IsNamed(name string) bool { return isNamed(strings.ToLower(name)) }

func isNamed(lower string) bool {
	for _, base := range []string{"dockerfile", "containerfile"} {
		if lower == base || strings.HasPrefix(lower, base+".") || strings.HasSuffix(lower, "."+base) {
			return true
		}
	}
	return false
}

// others are extensions of files that are not Dockerfiles in use: a backup reads as
// one.
var others = endings(`
	dockerignore containerignore md markdown
	orig rej bak backup old save tmp swp swo`)

// templates are the extensions of template languages.
var templates = endings(`
	j2 jinja jinja2 tmpl tpl gotmpl gotpl template templ erb ejs eta epp mustache hbs handlebars
	liquid njk nunjucks twig tera mako ftl m4 in`)

// doubtful are extensions that public repositories give to Dockerfiles and to other
// files alike: Dockerfile.go and dockerfile.go.
var doubtful = endings(`
	txt text rst adoc html htm pdf csv log
	sh bash zsh fish ksh ps1 bat cmd awk
	go py ipynb js mjs cjs jsx ts mts cts tsx vue svelte css scss rb rs java kt kts groovy scala clj cs fs vb
	php pl pm lua swift c cc cpp cxx h hpp zig ex exs erl hs ml dart r jl nim sql proto graphql
	json json5 jsonc yaml yml toml ini cfg conf config env properties xml svg nix tf hcl bzl cue
	lock snap diff patch license sha1 sha256 sha512 md5 asc sig pem map gitignore
	png jpg jpeg gif ico zip gz tar tgz xz zst`)

func endings(list string) map[string]bool {
	set := map[string]bool{}
	for _, e := range strings.Fields(list) {
		set["."+e] = true
	}
	return set
}

// readsAsDockerfile reports whether a file's text is that of a Dockerfile.
func readsAsDockerfile(fsys fs.FS, name string) (bool, error) {
	text, err := readFile(fsys, name, dockerfile.MaxSize+1)
	if err != nil {
		return false, err
	}
	_, err = dockerfile.Parse(name, text)
	return err == nil, nil
}

// lstat is fs.Lstat if fsys supports links, fs.Stat if not.
func lstat(fsys fs.FS, name string) (fs.FileInfo, error) {
	if l, ok := fsys.(fs.ReadLinkFS); ok {
		return l.Lstat(name)
	}
	return fs.Stat(fsys, name)
}

func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
