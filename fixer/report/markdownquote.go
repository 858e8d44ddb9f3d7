package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/internal/clip"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// In Markdown all untrusted text is in code spans, where neither CommonMark nor GitHub
// sees markup, links, mentions or references. Backslashes would not do: GitHub looks
// for mentions in the rendered text. Only plain words, which can't be any of that, are
// outside, because a message reads badly in monospaced type.

const (
	// maxName is the length of a name, in bytes, that is shown whole; maxText that
	// of a message.
	maxName = 300
	maxText = 800
)

// codeSpan quotes a name: in one line, and without effect.
func codeSpan(name string) string {
	return spanOf(oneLine(name, maxName))
}

// spanOf returns a code span of printable text.
func spanOf(text string) string {
	if text == "" {
		text = `""` // a code span can't be empty
	}
	run := 1
	for hasRun(text, run) {
		run++
	}
	// If there is a space at each end, both are dropped, unless there is nothing else.
	spaces := text[0] == ' ' && text[len(text)-1] == ' ' && strings.Trim(text, " ") != ""
	if spaces || text[0] == '`' || text[len(text)-1] == '`' {
		text = " " + text + " "
	}
	fence := strings.Repeat("`", run)
	return fence + text + fence
}

// hasRun reports whether there are exactly so many backticks in a row somewhere.
func hasRun(text string, length int) bool {
	n := 0
	for i := range len(text) + 1 {
		if i < len(text) && text[i] == '`' {
			n++
			continue
		}
		if n == length {
			return true
		}
		n = 0
	}
	return false
}

var (
	// plainWord matches what can't be markup, nor a reference, as JIRA-1 and 1234567
	// may be.
	plainWord = lazyregexp.New(`^\(*(?:[A-Za-z]+(?:'[a-z]+)?|[a-z]+(?:-[a-z]+)+|[0-9]{1,6}(?:\.[0-9]{1,3})?[A-Za-z]{0,3}|Node\.js)\)*[,;:.]?$`)
	// commitHash matches what GitHub takes for the name of a commit, even if it is a
	// word.
	commitHash = lazyregexp.New(`\b[0-9A-Fa-f]{7,}\b`)
)

func plain(word string) bool { return plainWord.MatchString(word) && !commitHash.MatchString(word) }

// prose quotes a message in one line: its plain words unchanged, all else in code
// spans. It must not be at the beginning of a line. Several spaces count as
// one, as they do in HTML.
func prose(message string) string {
	var parts, group []string
	quotes := 0 // in the group: what is between two stays together
	flush := func() {
		if len(group) > 0 {
			parts = append(parts, quotedGroup(strings.Join(group, " ")))
		}
		group, quotes = nil, 0
	}
	for word := range strings.FieldsSeq(oneLine(message, maxText)) {
		if plain(word) && quotes%2 == 0 {
			flush()
			parts = append(parts, word)
			continue
		}
		group = append(group, word)
		quotes += strings.Count(word, `"`)
		if last := word[len(word)-1]; quotes%2 == 0 && (last == ';' || last == ':') {
			flush()
		}
	}
	flush()
	if parts == nil {
		return spanOf("")
	}
	return strings.Join(parts, " ")
}

// quotedGroup returns a code span of words that are not plain, without the sentence's
// own brackets and punctuation at their ends.
func quotedGroup(text string) string {
	open, end := "", ""
	around := strings.LastIndexByte(text, '(') == 0 && strings.HasSuffix(strings.TrimRight(text, ",;:."), ")") && len(text) > len("()")
	for len(text) > 1 && text[0] == '(' && (around || strings.Count(text, "(") > strings.Count(text, ")")) {
		open, text = open+"(", text[1:]
	}
	for len(text) > 1 && endsClause(text) {
		end, text = text[len(text)-1:]+end, text[:len(text)-1]
	}
	return open + spanOf(text) + end
}

// endsClause reports whether the last byte is the sentence's, not the quoted text's.
func endsClause(text string) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:len(text)-1])
	switch text[len(text)-1] {
	case ',', ';', ':':
		return before != ' '
	case '.':
		return unicode.IsLetter(before) || unicode.IsDigit(before) || strings.ContainsRune(`"'])}=*`, before)
	case ')':
		return before != ' ' && strings.Count(text, ")") > strings.Count(text, "(")
	}
	return false
}

// oneLine returns a text without line ends and other control characters, shortened to
// length bytes.
func oneLine(s string, length int) string {
	return clip.Text(escape.Line(clip.Text(s, length)), length)
}

// sentenceEnd matches a full stop before a new sentence: not that of e.g., nor
// that of COPY . somewhere.
var sentenceEnd = lazyregexp.New(`[\pL\pN][\pL\pN)"'%]\.\s`)

// shortReason is the length, in bytes, below which a sentence rarely gives a
// reason by itself.
const shortReason = 80

// reason returns the first sentence of a transform's documentation, with the second
// one if the first is only an introduction.
func reason(why string) string {
	why = strings.Join(strings.Fields(why), " ")
	for _, end := range sentenceEnd.FindAllStringIndex(why, 2) {
		if sentence := why[:end[1]-1]; len(sentence) >= shortReason {
			return sentence
		}
	}
	return why
}

// capitalized returns a line that begins like a sentence.
func capitalized(line string) string {
	_, n := utf8.DecodeRuneInString(line)
	return strings.ToUpper(line[:n]) + line[n:]
}
