package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// maxPatterns bounds the patterns that are matched with the files of one context.
const maxPatterns = 100

var errTooManyPatterns = errors.New("there are too many patterns")

// Glob returns the files of the context that match a pattern of path.Match. The caller
// must not change them: they are kept. It fails on a bad pattern, and on the 101st.
func (f *Files) Glob(pattern string) ([]string, error) {
	if f.files == nil {
		return nil, ErrNoContext
	}
	r, ok := f.patterns.of(pattern, maxPatterns, func() (r result[[]string]) {
		r.value, r.err = fs.Glob(f.FS(), pattern)
		return r
	})
	if !ok {
		return nil, errTooManyPatterns
	}
	return r.value, r.err
}

// Below returns the files at and below a place of the context, without directories but
// with links and other irregular files. It fails where there is nothing, where a
// directory can't be read, and on more than most files.
func (f *Files) Below(place string, most int) (files []string, err error) {
	if f.files == nil {
		return nil, ErrNoContext
	}
	err = fs.WalkDir(f.FS(), place, func(file string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s is not there", file)
		case err != nil:
			return fmt.Errorf("%s: %w", file, oneLine(err))
		case d.IsDir() && strings.Count(path.Clean(file), "/") >= maxUseDepth:
			return fmt.Errorf("%s: directories below %d others are not looked at", file, maxUseDepth)
		case d.IsDir():
			return nil
		case len(files) >= most:
			return errors.New("there are too many files")
		}
		files = append(files, file)
		return nil
	})
	return files, err
}
