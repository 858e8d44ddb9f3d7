package proof

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// steps are the instructions of a Dockerfile, in order; nil if it can't be read.
type steps []instruction

// instruction is one of them, with what decides whether it does the same elsewhere.
type instruction struct {
	line int
	name string // in upper case; "" for none
	text string // with each run of blanks as one
	user string // USER as written, in this stage or in one that it is built from
}

func stepsOf(text []byte) (list steps) {
	f, err := dockerfile.Parse("", text)
	if err != nil {
		return nil
	}
	users := map[string]string{} // of the stages by name, in the end
	user, stage := "", ""
	for _, in := range f.Instructions {
		switch cmd := in.Cmd.(type) {
		case *instructions.Stage:
			stage = strings.ToLower(cmd.Name)
			user = users[strings.ToLower(cmd.BaseName)]
		case *instructions.UserCommand:
			user = cmd.User
		}
		if stage != "" {
			users[stage] = user
		}
		list = append(list, instruction{
			line: in.Line, name: strings.ToUpper(in.Name()), user: user, text: strings.Join(strings.Fields(string(text[in.Start:in.End])), " "),
		})
	}
	return list
}

// at returns the instruction that begins in that line.
func (s steps) at(line int) instruction {
	for _, in := range s {
		if in.line == line {
			return in
		}
	}
	return instruction{}
}

// have reports whether an instruction is in a Dockerfile as it is in another: the same
// text, for the same user.
func (s steps) have(in instruction) bool {
	for _, other := range s {
		if other.text == in.text && other.user == in.user {
			return true
		}
	}
	return false
}
