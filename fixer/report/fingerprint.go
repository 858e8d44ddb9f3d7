package report

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/dockmend/dockmend/fixer"
)

// fingerprints identify the findings of one file by what does not change if lines are
// added or removed above. They do not depend on the file's path or the line number.
type fingerprints struct {
	lines []string
	code  []string       // code scanning's hash of each line
	seen  map[string]int // how often a hash was given
}

// newFingerprints reads the text of a file. Its findings must then be requested
// in their order.
func newFingerprints(text []byte) *fingerprints {
	return &fingerprints{lines: lines(text), code: lineHashes(string(text)), seen: map[string]int{}}
}

// of returns the finding's fingerprints, by name. The first is what GitHub's
// upload action would fill in: it warns about any other value. It changes with
// the text that follows. The second does not.
func (p *fingerprints) of(found fixer.Finding) map[string]string {
	prints := map[string]string{}
	if i := found.Line - 1; i >= 0 && i < len(p.code) {
		prints["primaryLocationLineHash"] = p.code[i]
	}
	line := ""
	if i := found.Line - 1; i >= 0 && i < len(p.lines) {
		line = strings.TrimSpace(p.lines[i])
	}
	sum := sha256.Sum256([]byte(found.ID + "\x00" + line))
	hash := fmt.Sprintf("%x", sum[:8])
	p.seen[hash]++
	prints["ruleAndLineHash/v1"] = fmt.Sprintf("%s:%d", hash, p.seen[hash])
	return prints
}

// lineHashes returns the hash of each line that identifies a finding in code scanning,
// as its upload action computes it: a polynomial over the hundred UTF-16 code units
// from the start of the line on, without blanks, every line end a "\n". A count
// distinguishes equal ones.
func lineHashes(text string) (hashes []string) {
	const window, base, endOfFile = 100, 37, 0xffff
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", " ", "", "\t", "").Replace(text)
	units := append(utf16.Encode([]rune(text)), endOfFile)
	n := len(units)
	units = append(units, make([]uint16, window)...)
	seen := map[string]int{}
	for i := range n {
		if i > 0 && units[i-1] != '\n' {
			continue
		}
		var sum uint64
		for _, u := range units[i : i+window] {
			sum = sum*base + uint64(u)
		}
		hash := fmt.Sprintf("%x", sum)
		seen[hash]++
		hashes = append(hashes, fmt.Sprintf("%s:%d", hash, seen[hash]))
	}
	return hashes
}
