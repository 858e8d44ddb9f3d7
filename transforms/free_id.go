package transforms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// FreeID creates users and groups with numbers that the base image does not have.
var FreeID = &fixer.Transform{
	ID:       "free-id",
	Title:    "create users with a number that is free",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.High,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Changes the number of a user or group that a RUN creates, where the base image has that number and the build fails of it, to
the first one from 1000 on that is free.`,
		Why: `groupadd, useradd and their kind fail on a number that is taken. The node images have had the user node as 1000:1000 since
2016: many hardened Dockerfiles that are copied from tutorials create another user with 1000, and build on no node image.`,
		Checks: []string{
			"The accounts of the base image are known, all of them",
			"The command fails on the number, and the RUN with it",
			"No other line, and no known deployment, names the number",
		},
		LeavesAlone: []string{
			"Names that are taken, and numbers by a variable",
			"Commands that may fail without an end to the build",
		},
		NeedsUnsafe: []string{"The registry could not be asked, so that the base image is what the built-in table says"},
		See: []string{
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#non-root-user",
			"https://man7.org/linux/man-pages/man8/groupadd.8.html",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		var done []*dockerfile.Instruction // other stages are built from its stage
		for _, n := range p.Graph.Nodes {
			if !slices.ContainsFunc(n.Stage.Body, mayCreate) {
				continue // without a question about its base
			}
			base, err := p.Base(n, baseimage.AskDistro|baseimage.AskUsers)
			a := n.Eval(base).Final.Accounts
			if err != nil || a.Fails == nil || a.Taken == stage.Unknown || slices.Contains(done, a.Fails) {
				continue
			}
			done = append(done, a.Fails)
			if base, err = p.Base(n, baseimage.AskDistro|baseimage.AskAccounts); err == nil {
				freeID(p, n.Eval(base))
			}
		}
		return nil
	}),
}

// mayCreate reports whether an instruction may create an account.
func mayCreate(in *dockerfile.Instruction) bool {
	text := strings.Join(append([]string{in.Logical}, heredocs(in)...), "\n")
	return in.Name() == "RUN" && slices.ContainsFunc(creators, func(name string) bool { return strings.Contains(text, name) })
}

// creators are the commands that create users and groups.
var creators = []string{"groupadd", "useradd", "addgroup", "adduser"}

func heredocs(in *dockerfile.Instruction) (texts []string) {
	for _, h := range in.Node.Heredocs {
		texts = append(texts, h.Content)
	}
	return texts
}

func freeID(p *imagebuild.Pass, run *stage.Evaluation) {
	a := run.Final.Accounts
	i := slices.IndexFunc(run.Steps, func(s stage.Step) bool { return s.In == a.Fails })
	if a.Fails == nil || a.Taken == stage.Unknown || i < 0 {
		return
	}
	s := run.Steps[i]
	id, ok := s.Before.Accounts.FreeID(1000)
	if !ok {
		p.Leave(a.Fails.Span, "does not build: "+a.Why, "which numbers are free is not known")
		return
	}
	taken, free := strconv.Itoa(a.Taken), strconv.Itoa(id)
	may := fixer.Doubt(run.Final.Base.Assumed)
	edits, err := renumber(s, taken, free)
	if err != nil {
		may = fixer.Refusal(err.Error())
	} else if where := namesNumber(p, s, taken); where != "" {
		may = fixer.Refusal(fmt.Sprintf("%s names %s, too", where, taken))
	}
	p.Change(a.Fails.Span, fixer.Finding{
		Problem: "does not build: " + a.Why, Change: "use " + free, Reason: "it is the first that is free",
		Evidence: []fixer.Evidence{imagebuild.InImage(run.Final.Base, run.Final.Accounts.Source(), "the account "+taken)},
	}, may, edits...)
}

// renumber returns the edits that change the number in the commands of a RUN that create
// accounts.
func renumber(s stage.Step, taken, free string) (edits []document.Edit, err error) {
	steps.Calls([]stage.Step{s}, func(_ stage.Step, c shell.Call) {
		if !slices.Contains(creators, c.Name) {
			return
		}
		for _, w := range c.Args {
			prefix, ok := strings.CutSuffix(w.Text, taken)
			if !ok || prefix != "" && !strings.HasSuffix(prefix, "=") || err != nil {
				continue
			}
			if w.Raw != w.Text {
				err = fmt.Errorf("a variable or quotes have the number")
				return
			}
			var edit document.Edit
			if edit, err = steps.Replace(s, w, prefix+free); err == nil {
				edits = append(edits, edit)
			}
		}
	})
	if err == nil && len(edits) == 0 {
		err = fmt.Errorf("a variable has the number")
	}
	return edits, err
}

// namesNumber returns what else names the number: a line of the file, but for the commands
// that create accounts, or a deployment; "" for nothing.
func namesNumber(p *imagebuild.Pass, at stage.Step, taken string) string {
	for _, d := range slices.Concat(p.Deployments, p.Perhaps) {
		if hasNumber(d.User, taken) {
			return d.Place.String()
		}
	}
	for _, in := range p.File.Instructions {
		text := in.Logical
		if in == at.In {
			steps.Calls([]stage.Step{at}, func(_ stage.Step, c shell.Call) {
				if slices.Contains(creators, c.Name) {
					for _, w := range c.Args {
						text = strings.Replace(text, w.Raw, "", 1)
					}
				}
			})
		}
		if in.Name() != "EXPOSE" && hasNumber(text, taken) {
			return fmt.Sprintf("line %d", in.Line)
		}
	}
	return ""
}

// hasNumber reports whether a text has the number, and not as a part of another one.
func hasNumber(text, number string) bool {
	for {
		i := strings.Index(text, number)
		if i < 0 {
			return false
		}
		end := i + len(number)
		if (i == 0 || !isDigit(text[i-1])) && (end == len(text) || !isDigit(text[end])) {
			return true
		}
		text = text[end:]
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' || c == '.' }
