package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/store"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// imageFlags select the sources of facts about base images.
type imageFlags struct {
	Facts    []string `placeholder:"FILE" predictor:"path" sep:"none" help:"Take all facts from this file, which dockmend inspect --json wrote: no network, the same result on any machine."`
	Offline  bool     `help:"Ask no registry: what was learned before, or the built-in table of well-known images."`
	NoLayers bool     `help:"Read no layer of an image, only its configuration and history."`
	Source   []string `placeholder:"SOURCE" sep:"none" help:"Where to look for images, in this order: registry (the default), daemon (the local Docker engine), oci:DIR, docker-archive:FILE. NAME=oci:DIR gives an image that has no name one."`

	AllowRegistry []string `placeholder:"HOST" help:"Ask these registries only. They may have loopback and private addresses, which are refused otherwise."`
	Mirror        []string `placeholder:"HOST=MIRROR" sep:"none" help:"Look for images of this registry at the mirror first, as in docker.io=mirror.example.com/hub."`
	PlainHTTP     []string `name:"plain-http" placeholder:"HOST" help:"Speak to this host without encryption."`

	CacheDir string        `placeholder:"DIR" predictor:"path" help:"Where answers are kept. Default: dockmend in the user's cache directory."`
	NoCache  bool          `help:"Keep no answers, and use none."`
	Refresh  bool          `help:"Look up the digests of tags again, even if that was done a moment ago."`
	TagTTL   time.Duration `name:"tag-ttl" default:"1h" help:"How long a tag is assumed to name the same image."`

	Timeout      time.Duration `default:"10s" help:"The longest time to wait for what a registry says of one image."`
	LayerTimeout time.Duration `default:"2m" help:"The longest time to read the layers of one image."`
}

// inspector returns the inspector for the flags. platform is the usual name of the
// target platform.
func (f *imageFlags) inspector(s *streams, platform string) (baseimage.Inspector, error) {
	if len(f.Facts) > 0 {
		return f.fromFile()
	}
	return f.asking(s, platform)
}

// asking returns the inspector that asks the sources.
func (f *imageFlags) asking(s *streams, platform string) (*registry.Inspector, error) {
	o := registry.Options{
		Platform: platform, Offline: f.Offline, NoLayers: f.NoLayers, Refresh: f.Refresh,
		TagTTL: f.TagTTL, Timeout: f.Timeout, LayerTimeout: f.LayerTimeout, UserAgent: "dockmend/" + version(),
	}
	for _, d := range []struct {
		flag string
		time time.Duration
		hint string
	}{
		{"timeout", f.Timeout, "as in --timeout 10s"}, {"layer-timeout", f.LayerTimeout, "--no-layers reads none"}, {"tag-ttl", f.TagTTL, "--refresh asks at once"},
	} {
		if d.time <= 0 {
			return nil, withHint(fmt.Errorf("--%s %v is not more than 0", d.flag, d.time), d.hint)
		}
	}
	var err error
	if o.Allow, err = hosts("allow-registry", f.AllowRegistry); err != nil {
		return nil, err
	}
	if o.PlainHTTP, err = hosts("plain-http", f.PlainHTTP); err != nil {
		return nil, err
	}
	if o.Mirrors, err = f.mirrors(); err != nil {
		return nil, err
	}
	if o.Cache, err = f.cache(s); err != nil {
		return nil, err
	}
	if o.Sources, err = sources(f.Source, o.Cache); err != nil {
		return nil, err
	}
	in, err := registry.New(o)
	if err != nil {
		return nil, withHint(fmt.Errorf("the cache can't be used: %w", err), "--cache-dir DIR takes another directory, --no-cache goes without")
	}
	return in, nil
}

// tellLimited reports once, at the end of a run, which registries wanted no more
// requests: otherwise it is hidden among the findings of many files.
func tellLimited(s *streams, in baseimage.Inspector) {
	asking, ok := in.(*registry.Inspector)
	if !ok {
		return
	}
	for _, host := range asking.Limited() {
		printError(s.err, withHint(fmt.Errorf("%s wanted no more requests (429), and was not asked again", host),
			fmt.Sprintf("log in with docker login, or name a mirror: --mirror %s=HOST", host)))
	}
}

func hosts(flag string, names []string) (list []transport.Host, err error) {
	for _, name := range names {
		h, err := transport.ParseHost(name)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
		list = append(list, h)
	}
	return list, nil
}

func (f *imageFlags) mirrors() (map[transport.Host][]transport.Mirror, error) {
	mirrors := map[transport.Host][]transport.Mirror{}
	for _, pair := range f.Mirror {
		of, at, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, withHint(fmt.Errorf("--mirror %s names no mirror", pair), "HOST=MIRROR, as in docker.io=mirror.example.com")
		}
		host, err := transport.ParseHost(of)
		if err != nil {
			return nil, fmt.Errorf("--mirror: %w", err)
		}
		m, err := transport.ParseMirror(at)
		if err != nil {
			return nil, fmt.Errorf("--mirror: %w", err)
		}
		mirrors[host] = append(mirrors[host], m)
	}
	return mirrors, nil
}

// cache returns the directory where answers are kept, "" for none. The default
// directory is not used if it can't be.
func (f *imageFlags) cache(s *streams) (string, error) {
	switch {
	case f.NoCache && f.CacheDir != "":
		return "", errors.New("--no-cache and --cache-dir exclude each other")
	case f.NoCache:
		return "", nil
	case f.CacheDir != "":
		return f.CacheDir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", nil // a service without a home
	}
	dir := filepath.Join(base, "dockmend")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		fmt.Fprintf(s.err, "dockmend: nothing is kept for the next run: %v\n", err)
		return "", nil
	}
	return dir, nil
}

// sourceForms are the values of --source.
var sourceForms = []string{"registry", "daemon", "oci:DIR", "docker-archive:FILE"}

// sources parses the values of --source. cache is where the Docker engine may
// put an image.
func sources(specs []string, cache string) (list []content.Source, err error) {
	for _, spec := range specs {
		stored, _, err := parseStore(spec)
		switch {
		case err != nil:
			return nil, fmt.Errorf("--source: %w", err)
		case stored != nil:
			list = append(list, stored)
		case spec == "registry":
			list = append(list, nil)
		case spec == "daemon":
			d, err := store.Daemon(cache)
			if err != nil {
				return nil, withHint(fmt.Errorf("--source daemon: %w", err), "DOCKER_HOST names the engine; docker save IMAGE > FILE writes what docker-archive:FILE reads")
			}
			list = append(list, d)
		default:
			return nil, unknown("source", spec, sourceForms)
		}
	}
	return list, nil
}

// parseStore parses "[NAME=]oci:DIR" and "[NAME=]docker-archive:FILE", and returns the
// images in it, by their full names; a nil store for other texts. It fails if there
// are no images, or none with a name.
func parseStore(spec string) (stored store.Store, names []string, err error) {
	name, rest := "", spec
	kind, path, ok := cutKind(spec)
	if !ok {
		if name, rest, ok = strings.Cut(spec, "="); !ok {
			return nil, nil, nil
		}
		if kind, path, ok = cutKind(rest); !ok {
			return nil, nil, nil
		}
		if name, err = content.FullName(name); err != nil {
			return nil, nil, withHint(fmt.Errorf("%s: %w", spec, err), "as in app:1="+rest)
		}
	}
	if path == "" {
		return nil, nil, withHint(fmt.Errorf("%s names no file or directory", spec), "oci:DIR or docker-archive:FILE")
	}
	stored = store.DockerArchive(path, name)
	if kind == "oci" {
		stored = store.OCILayout(path, name)
	}
	if names, err = stored.Names(); err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		return nil, nil, withHint(fmt.Errorf("%s has no image with a name", path), "NAME="+rest+" gives it one, as in app:1="+rest)
	}
	return stored, names, nil
}

// cutKind cuts the kind of storage off the path.
func cutKind(s string) (kind, path string, ok bool) {
	kind, path, ok = strings.Cut(s, ":")
	return kind, path, ok && (kind == "oci" || kind == "docker-archive")
}

// fromFile returns an inspector that answers from the files of --facts.
func (f *imageFlags) fromFile() (baseimage.Inspector, error) {
	var all []*baseimage.Facts
	for _, name := range f.Facts {
		list, err := readFacts(name)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return factsOnly{baseimage.NewStatic(all...)}, nil
}

// maxFacts bounds a file of facts: those of some ten thousand images.
const maxFacts = 256 << 20

func readFacts(name string) ([]*baseimage.Facts, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("--facts %s: %w", name, errors.Unwrap(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("--facts: %s is not a regular file", name)
	}
	if info.Size() > maxFacts {
		return nil, fmt.Errorf("--facts: %s has more than %d MiB", name, maxFacts>>20)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--facts: %w", err)
	}
	defer file.Close()
	list, err := baseimage.ReadFacts(file)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s holds no facts: %w", name, err), "dockmend inspect --json IMAGE… > FILE writes them")
	}
	return list, nil
}

// factsOnly explains for an image that is in no file of facts why nothing is known.
type factsOnly struct{ baseimage.Static }

func (f factsOnly) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	facts, err := f.Static.Inspect(ctx, q)
	if !errors.Is(err, baseimage.ErrUnknown) {
		return facts, err
	}
	if others := f.Platforms(q.Image); len(others) > 0 {
		return nil, fmt.Errorf("the file of facts has it not for %s, only for %s (--facts)", q.Platform, strings.Join(others, ", "))
	}
	return nil, errors.New("the file of facts has none about it (--facts)")
}
