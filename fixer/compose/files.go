package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// The bounds for the Compose files of one directory.
const (
	maxReads = 500      // files
	maxRead  = 16 << 20 // bytes of all files

	// compose-go takes 50 µs and 4 KiB for a value of a model, so that a megabyte
	// of YAML would take seconds. Large real projects have a few thousand.
	maxValues = 20_000        // of a project
	maxMerged = 3 * maxValues // of all projects, each merge counted

	// maxCompared bounds the pairs of items that are compared when lists are
	// merged, as each of one list is compared with each of the other.
	maxCompared = 2_000_000
)

// reader reads the files of a repository, each once.
type reader struct {
	root  fs.FS
	texts map[string]text
	yaml  map[string]parsed
	env   map[envID]assigned
	left  int // bytes

	merged, compared int
}

type text struct {
	content string
	err     error
}

type envID struct {
	name string
	raw  bool
}

type assigned struct {
	list []assignment
	err  error
}

type parsed struct {
	file *yamlfile.File
	err  error
}

func newReader(root fs.FS) *reader {
	return &reader{root: root, texts: map[string]text{}, yaml: map[string]parsed{}, env: map[envID]assigned{}, left: maxRead}
}

// text returns the content of a file.
func (r *reader) text(name string) (string, error) {
	t, ok := r.texts[name]
	if !ok {
		if len(r.texts) >= maxReads {
			return "", fmt.Errorf("more than %d files", maxReads)
		}
		t.content, t.err = r.read(name)
		r.texts[name] = t
	}
	return t.content, t.err
}

func (r *reader) read(name string) (string, error) {
	info, err := fs.Stat(r.root, name) // before it is opened: opening a pipe blocks
	if err != nil {
		return "", cause(err)
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("not a file")
	}
	f, err := r.root.Open(name)
	if err != nil {
		return "", cause(err)
	}
	defer f.Close()
	limit := min(yamlfile.MaxBytes, r.left)
	content, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return "", cause(err)
	}
	if len(content) > limit {
		return "", fmt.Errorf("larger than %d bytes", limit)
	}
	r.left -= len(content)
	return string(content), nil
}

// cause returns the error of a file without its operation and path.
func cause(err error) error {
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case errors.As(err, &p):
		return p.Err
	}
	return err
}

// parse returns the YAML of a file.
func (r *reader) parse(name string) (*yamlfile.File, error) {
	p, ok := r.yaml[name]
	if !ok {
		var content string
		if content, p.err = r.text(name); p.err == nil {
			p.file, p.err = yamlfile.Parse(name, []byte(content))
		}
		r.yaml[name] = p
	}
	return p.file, p.err
}

// assignments returns the variables of an environment file, raw or not.
func (r *reader) assignments(name string, raw bool) ([]assignment, error) {
	id := envID{name, raw}
	a, ok := r.env[id]
	if !ok {
		var content string
		switch content, a.err = r.text(name); {
		case a.err != nil:
		case raw:
			a.list = parseRaw(content)
		default:
			a.list, a.err = parseEnv(content)
		}
		r.env[id] = a
	}
	return a.list, a.err
}

// exists reports whether a file exists, readable or not.
func (r *reader) exists(name string) bool {
	info, err := fs.Stat(r.root, name)
	return err == nil && !info.IsDir()
}

// remotePrefixes are what compose-go and BuildKit treat as a URL or a reference
// to something that is not a file.
var remotePrefixes = []string{"github.com/", "git@", "service:"}

// resolve returns the path from the root of a path in a Compose file in dir. The error
// states, in a few words, why that is not in the repository.
func resolve(dir, name string) (string, error) {
	if isUnknown(name) {
		return "", errors.New("has a variable without a value")
	}
	remote := strings.Contains(name, "://") || strings.HasPrefix(name, "oci:")
	for _, prefix := range remotePrefixes {
		remote = remote || strings.HasPrefix(name, prefix)
	}
	switch {
	case remote:
		return "", errors.New("is a URL")
	case strings.HasPrefix(name, "/"), strings.HasPrefix(name, "~"), strings.HasPrefix(name, `\`), len(name) > 1 && name[1] == ':':
		return "", errors.New("is outside the repository")
	}
	joined := path.Join(dir, strings.ReplaceAll(name, `\`, "/"))
	if !fs.ValidPath(joined) {
		return "", errors.New("is outside the repository")
	}
	return joined, nil
}

// spend counts values that are merged. It fails if there are too many.
func (r *reader) spend(models ...map[string]any) error {
	values := 0
	for _, m := range models {
		values += size(m)
	}
	r.merged += values
	switch {
	case values > maxValues:
		return fmt.Errorf("more than %d values: too large to be read", maxValues)
	case r.merged > maxMerged:
		return fmt.Errorf("more than %d values in the projects of a directory", maxMerged)
	}
	return nil
}

// compare counts the pairs of items that a merge of two values compares.
func (r *reader) compare(a, b any) error {
	if r.compared += pairs(a, b); r.compared > maxCompared {
		return errors.New("lists are too long to be merged")
	}
	return nil
}

// pairs returns the number of pairs of items in the lists that a merge of two values
// compares.
func pairs(a, b any) int {
	n := 0
	switch a := a.(type) {
	case map[string]any:
		b, _ := b.(map[string]any)
		for k, v := range b {
			n += pairs(a[k], v)
		}
	case []any:
		b, _ := b.([]any)
		n = len(a) * len(b)
	}
	return n
}

// placeOf returns the place of a node, of the whole file for nil.
func placeOf(file string, n *yamlfile.Node) workload.Place {
	if n == nil {
		return workload.Place{File: file}
	}
	return workload.Place{File: file, Line: n.Line, Col: n.Col}
}

// placeOfError returns the place and the message of the error for which a file is
// refused.
func placeOfError(file string, err error) (workload.Place, string) {
	var y *yamlfile.Error
	if errors.As(err, &y) {
		return workload.Place{File: file, Line: y.Line, Col: y.Col}, y.Msg
	}
	var l *located
	if errors.As(err, &l) {
		return l.place, l.msg
	}
	return workload.Place{File: file}, err.Error()
}

// located is an error at a place.
type located struct {
	place workload.Place
	msg   string
}

func (l *located) Error() string { return l.place.String() + ": " + l.msg }
