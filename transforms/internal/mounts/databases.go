package mounts

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/owner"
)

// This file finds databases and uploads that a mounted checkout keeps: whoever ran the
// container as root has files of root's there.

// kept are what sources say of files that an application changes beside itself.
var kept = []struct {
	text *lazyregexp.Regexp
	what string
	// beside: the files are in the directory of the source, wherever the working directory is.
	beside bool
	// elsewhere matches the variables that put them into a server, "" for none.
	elsewhere *lazyregexp.Regexp
	// with matches what another source has to say, nil for nothing.
	with *lazyregexp.Regexp
}{
	{lazyregexp.New(`(?m)^\s*provider\s*=\s*"sqlite"`), "has an SQLite database beside it", true, nil, nil},
	{lazyregexp.New(`(?i)["']?\b(?:dialect|type|client|engine)["']?\s*[:=]\s*["'](?:sqlite3?|better-sqlite3|django\.db\.backends\.sqlite3)["']`), "names SQLite for its database", false, servers, nil},
	{lazyregexp.New(`\bMEDIA_ROOT\s*=`), "has uploads in MEDIA_ROOT", false, storages, fileFields},
}

var (
	// servers matches variables that name the server of a database.
	servers = lazyregexp.New(`(?i)^(?:DATABASE_UR[LI]|(?:DB|SQL|POSTGRES|PG|MYSQL|MARIADB)_?(?:HOST|SERVER|ENGINE|CONNECTION|DIALECT|UR[LI]|CLIENT))$`)
	// storages matches variables of a storage for uploads.
	storages = lazyregexp.New(`(?i)^(?:AWS_(?:S3_|STORAGE_)|GS_BUCKET|AZURE_(?:CONTAINER|ACCOUNT)|DEFAULT_FILE_STORAGE|MINIO_|S3_)`)
	// fileFields matches what stores a file there (docs.djangoproject.com, "Managing files").
	fileFields = lazyregexp.New(`\b(?:FileField|ImageField|FileSystemStorage|default_storage)\b`)
	// onDisk matches the URL or the name of an SQLite database.
	onDisk = lazyregexp.New(`(?i)^(?:sqlite|file:|better-sqlite)|sqlite3?$`)
)

// maxKeptFile bounds what is read of a source, in bytes, and maxKeptFiles the sources.
const (
	maxKeptFile  = 256 << 10
	maxKeptFiles = 1000
)

// keptByMount returns what a source below a mount says of files that the application changes
// in there, "" for nothing.
func keptByMount(p *imagebuild.Pass, run *stage.Evaluation, d workload.Deployment, m workload.Mount, target string) (found string) {
	dir := path.Join(path.Dir(m.Place.File), m.Source)
	if p.Repository == nil || !fs.ValidPath(dir) {
		return ""
	}
	covers := workload.Within(run.Final.Workdir.Text, target)
	left, entries := maxKeptFiles, maxEntries*4
	_ = fs.WalkDir(p.Repository, dir, func(name string, e fs.DirEntry, err error) error {
		if entries--; entries < 0 || left < 0 || found != "" {
			return fs.SkipAll
		}
		switch {
		case err != nil:
			return fs.SkipDir
		case e.IsDir() && name != dir && besides.MatchString(e.Name()):
			return fs.SkipDir
		case e.IsDir() || !e.Type().IsRegular() || path.Ext(name) != ".prisma" && (!covers || !sourceCode.MatchString(name)):
			return nil
		}
		left--
		text, err := readStart(p.Repository, name)
		if err != nil {
			return nil
		}
		for _, k := range kept {
			at := k.text.FindStringIndex(text)
			if at != nil && (k.beside || covers) && !isElsewhere(k.elsewhere, run, d) && (k.with == nil || p.Files() == nil || p.Files().SourceMatching(k.with.MatchString, "") != "") {
				found = fmt.Sprintf("%s:%d %s", name, strings.Count(text[:at[1]], "\n")+1, k.what)
				return fs.SkipAll
			}
		}
		return nil
	})
	return found
}

// isElsewhere reports whether a variable of the deployment, or of the image, puts the data into
// a server.
func isElsewhere(names *lazyregexp.Regexp, run *stage.Evaluation, d workload.Deployment) bool {
	if names == nil {
		return false
	}
	if slices.ContainsFunc(d.Env, func(v workload.Variable) bool {
		return names.MatchString(v.Name) && !(v.Known && onDisk.MatchString(v.Value))
	}) {
		return true
	}
	return slices.ContainsFunc(run.Final.Env, func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return names.MatchString(name) && !onDisk.MatchString(value)
	})
}

// mayBeWritten returns a call that may write below a mount over the working directory, since
// no source says where it writes; "" for none.
func mayBeWritten(p *imagebuild.Pass, run *stage.Evaluation, target string) string {
	if !workload.Within(run.Final.Workdir.Text, target) {
		return ""
	}
	if open := owner.Unplaced(p.Workload(run), p.NodeProcess()); len(open) > 0 {
		return fmt.Sprintf("%s may write there", open[0].Place)
	}
	return ""
}

// readStart returns the text of a file, up to the bound.
func readStart(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeptFile))
	return string(text), err
}
