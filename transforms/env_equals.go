package transforms

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	lexer "github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// EnvEquals writes the old form of ENV and LABEL with an equals sign.
var EnvEquals = &fixer.Transform{
	ID:       "env-equals",
	Title:    "write ENV and LABEL with an equals sign",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces "ENV name value" with "ENV name=value", and LABEL likewise. A value with blanks gets double quotes.`,
		Why: `Without =, the rest of the line is one value: a second variable on the line silently becomes part of the first. Docker's
documentation says that this form may be removed, and BuildKit warns of it (LegacyKeyValueFormat).`,
		Checks: []string{
			"BuildKit's parser reads the same value from the new form, byte for byte",
			"The same holds whatever the variables in it are set to",
		},
		LeavesAlone: []string{
			"Values with escapes beside blanks, or with quotes that BuildKit takes out: they may not be meant",
			"Values that begin on another line than their name",
			"Values that look like several variables, or begin with =: the author may mean something else",
			"Values that are not UTF-8, or that BuildKit can't read",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#env",
			"https://docs.docker.com/reference/build-checks/legacy-key-value-format/",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions {
			if kv, ok := withoutEquals(in); ok {
				equals(p, in, kv)
			}
		}
		return nil
	}),
}

// withoutEquals returns the pair that an ENV or LABEL of the old form sets.
func withoutEquals(in *dockerfile.Instruction) (kv instructions.KeyValuePair, ok bool) {
	switch cmd := in.Cmd.(type) {
	case *instructions.EnvCommand:
		kv = cmd.Env[0]
	case *instructions.LabelCommand:
		kv = cmd.Labels[0]
	}
	return kv, kv.NoDelim
}

var (
	// plainKey matches a name that means itself in both forms.
	plainKey = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	// anotherPair matches a second variable that became part of the first.
	anotherPair = lazyregexp.New(`(^|\s)[A-Za-z_][A-Za-z0-9_.]*=`)
)

func equals(p *imagebuild.Pass, in *dockerfile.Instruction, kv instructions.KeyValuePair) {
	body := in.Body()
	from := len(body) - len(kv.Value)
	if !plainKey.MatchString(kv.Key) || from <= len(kv.Key) || body[:len(kv.Key)] != kv.Key || body[from:] != kv.Value {
		return
	}
	legacySyntax := fmt.Sprintf(`legacy "%s key value" syntax`, in.Name())
	left := func(reason string) {
		p.Leave(in.Span, legacySyntax, reason)
	}
	if !utf8.ValidString(kv.Value) {
		left("its value is not UTF-8")
		return
	}
	if anotherPair.MatchString(kv.Value) {
		left("what looks like another variable is part of its value, which may not be meant")
		return
	}
	if strings.HasPrefix(kv.Value, "=") {
		left("its value begins with =, which may not be meant")
		return
	}
	word, reason := equalsWord(kv, p.File.Escape)
	if reason != "" {
		left(reason)
		return
	}
	edits, err := equalsEdits(in, kv, word)
	if err != nil {
		left("a line continuation is where the = or the quotes go")
		return
	}
	p.Change(in.Span, fixer.Finding{
		Problem: legacySyntax, Change: fmt.Sprintf("use %s %s=…", in.Keyword.Text, kv.Key), Reason: "BuildKit reads the same value",
	}, fixer.Decision{}, edits...)
}

// equalsEdits puts word after name=, which is the value, or the value in quotes: it is
// left where it stands, on whatever lines.
func equalsEdits(in *dockerfile.Instruction, kv instructions.KeyValuePair, word string) ([]document.Edit, error) {
	before, after, _ := strings.Cut(word, kv.Value)
	end := len(in.Body())
	gap, err := in.Replace(in.Part(len(kv.Key), end-len(kv.Value)), "="+before)
	if err != nil || after == "" {
		return []document.Edit{gap}, err
	}
	last := in.Body()[end-1:] // a byte is enough: what comes before it stays
	quote, err := in.Replace(in.Part(end-1, end), last+after)
	return []document.Edit{gap, quote}, err
}

// equalsWord returns what to write after name= for the value of the old form. There
// the value is the rest of the line, handed to BuildKit's lexer, which removes quotes
// and escapes and expands variables; here it is one word, split off at blanks, and
// then handed to the same lexer.
func equalsWord(kv instructions.KeyValuePair, escape byte) (word, reason string) {
	value := kv.Value
	plain, _, err := lexer.NewLex(rune(escape)).ProcessWord(value, anything{})
	if err != nil {
		return "", "BuildKit can't read its value, so it does not build"
	}
	if isOneWord(kv.Key, value, escape) {
		return value, ""
	}
	quotes, escapes := strings.ContainsAny(value, `'"`), strings.IndexByte(value, escape) >= 0
	word = `"` + value + `"`
	switch {
	case escapes:
		return "", fmt.Sprintf("BuildKit takes %c out of its value, which may not be meant", escape)
	case quotes && strings.Contains(value, "$"):
		return "", "its value has both quotes and variables"
	case quotes && plain != value:
		return "", "BuildKit takes the quotes out of its value, which may not be meant"
	}
	if !isOneWord(kv.Key, word, escape) {
		return "", "its value can't be written as one word"
	}
	return word, ""
}

// anything is an environment in which every variable is set.
type anything struct{}

func (anything) Get(string) (string, bool) { return "x", true }
func (anything) Keys() []string            { return nil }

// isOneWord reports whether BuildKit reads key=word as this key with this word.
func isOneWord(key, word string, escape byte) bool {
	r, err := parser.Parse(strings.NewReader(fmt.Sprintf("# escape=%c\nENV %s=%s\n", escape, key, word)))
	if err != nil || len(r.AST.Children) != 1 {
		return false
	}
	var parts []string
	for n := r.AST.Children[0].Next; n != nil; n = n.Next {
		parts = append(parts, n.Value)
	}
	return len(parts) == 3 && parts[0] == key && parts[1] == word && parts[2] == "="
}
