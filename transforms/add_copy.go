package transforms

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// AddCopy writes ADD as COPY where it does nothing else.
var AddCopy = &fixer.Transform{
	ID:       "add-copy",
	Title:    "write ADD as COPY where it only copies",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces ADD with COPY where every source is a plain file or a directory of the build context, or a heredoc.`,
		Why: `ADD also fetches URLs and git repositories and unpacks archives. A reader has to find out that none of that is meant, and a
file that becomes an archive one day is unpacked. Docker's documentation recommends COPY for files of the build context.`,
		Checks: []string{
			"Every source exists in the build context, as the builder sees it: each match of a pattern is looked at",
			"No source is an archive by its first bytes (gzip, bzip2, xz, zstd) or by a tar header",
			"A directory may hold archives: ADD and COPY copy those alike",
		},
		LeavesAlone: []string{
			"URLs and git repositories",
			"Archives, and files that are named like one: a placeholder may be replaced in CI",
			"Sources that depend on a build argument",
			"ADD with --checksum, --keep-git-dir or --unpack",
			"Sources that are not in the build context; the finding names them",
			"Patterns with more than 1000 matches",
			"Every ADD, where no build context is known",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#add",
			"https://docs.docker.com/build/building/best-practices/#add-or-copy",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if p.Context == nil {
			return nil // what ADD would find is unknown
		}
		for _, n := range p.Graph.Nodes {
			for _, s := range n.Eval(nil).Own() {
				if cmd, ok := s.In.Cmd.(*instructions.AddCommand); ok {
					addCopy(p, s, cmd)
				}
			}
		}
		return nil
	}),
}

func addCopy(p *imagebuild.Pass, s stage.Step, cmd *instructions.AddCommand) {
	if cmd.Checksum != "" || cmd.KeepGitDir != nil || cmd.Unpack != nil {
		return
	}
	for _, src := range cmd.SourcePaths {
		file, known := s.Before.Expand(src)
		if !known || s.Before.DependsOnArg(src) || !steps.IsLocal(file) {
			return
		}
		plain, err := asCopyDoes(p, file)
		if err != nil {
			p.Leave(s.In.Span, "ADD may only copy local files", fmt.Sprintf("%s can't be read in the build context: %v", file, err))
			return
		}
		if !plain {
			return
		}
	}
	keyword := steps.KeywordLike(s.In.Keyword.Text, "COPY")
	edit, err := s.In.Replace(s.In.Keyword, keyword)
	if err != nil {
		return // its keyword is on two lines
	}
	p.Change(s.In.Span, fixer.Finding{
		Problem: "ADD only copies local files", Change: "use " + keyword, Reason: "its sources are plain files of the build context",
	}, fixer.Decision{}, edit)
}

// maxMatches bounds the files of one pattern that are checked.
const maxMatches = 1000

// asCopyDoes reports whether ADD does with a source of the build context what COPY
// does. The error says why that can't be told.
func asCopyDoes(p *imagebuild.Pass, src string) (bool, error) {
	name := strings.TrimPrefix(path.Clean("/"+src), "/")
	if name == "" {
		return true, nil // the whole of it, a directory
	}
	matches := []string{name}
	if strings.ContainsAny(name, "*?[") {
		var err error
		if matches, err = p.Files().Glob(name); err != nil {
			return false, err
		}
	}
	switch n := len(matches); {
	case n == 0:
		return false, errors.New("nothing matches")
	case n > maxMatches:
		return false, errors.New("too many files match")
	}
	if workload.IsArchiveName(name) {
		return false, nil
	}
	for _, m := range matches {
		if archive, err := p.Files().IsArchive(m); archive || err != nil {
			return false, err
		}
	}
	return true, nil
}
