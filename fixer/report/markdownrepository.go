package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
)

// maxIdentities and maxToDo bound the parts of the body that speak of a repository, in bytes.
const (
	maxIdentities = 3000
	maxToDo       = 4000
)

// identity is a user that a Dockerfile states, and the files that run its image as that user.
type identity struct {
	by    fixer.Evidence
	files []string
}

// identities returns which files run the images of which Dockerfiles as their users: one user
// for all of them, whatever kinds of files they are.
func (b *body) identities() string {
	var list []*identity
	for _, f := range b.changed {
		for _, finding := range f.Result.Findings {
			if finding.Status != fixer.Fixed || len(finding.Evidence) == 0 || !strings.HasPrefix(finding.Evidence[0].What, "USER ") || finding.Evidence[0].File == "" {
				continue
			}
			by := finding.Evidence[0]
			i := slices.IndexFunc(list, func(one *identity) bool { return one.by == by })
			if i < 0 {
				i = len(list)
				list = append(list, &identity{by: by})
			}
			if !slices.Contains(list[i].files, f.Path) {
				list[i].files = append(list[i].files, f.Path)
			}
		}
	}
	return titled("## One user", bullets(list, maxIdentities, "Dockerfile", func(one *identity) string {
		var files []string
		for _, name := range one.files {
			files = append(files, codeSpan(name))
		}
		return fmt.Sprintf("%s in %s, line %d, is the user in %s, too.", codeSpan(one.by.What), codeSpan(one.by.File), one.by.Line, enumerated(files))
	}))
}

// toDo returns what a person should know of the changes, or has to do beside merging them, each
// once for a file.
func (b *body) toDo() string {
	type remark struct{ path, text string }
	var list []remark
	for _, f := range b.changed {
		for i, finding := range f.Result.Findings {
			if finding.Status != fixer.Fixed || f.known(i) {
				continue
			}
			for _, text := range finding.Caveats {
				if r := (remark{f.Path, text}); !slices.Contains(list, r) {
					list = append(list, r)
				}
			}
		}
	}
	return titled("## What remains for a person", bullets(list, maxToDo, "remark", func(r remark) string { return codeSpan(r.path) + ": " + prose(r.text) }))
}

// enumerated returns words as "a", "a and b" or "a, b and c".
func enumerated(words []string) string {
	last := len(words) - 1
	if last <= 0 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
