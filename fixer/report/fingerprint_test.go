package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

// TestLineHashes has values that GitHub's upload action computes.
func TestLineHashes(t *testing.T) {
	hello := []string{"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"}
	for text, want := range map[string][]string{
		"":                   {"c129715d7a2bc9a3:1"},
		" a\nb\n  \t\tc\n d": {"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"},
		" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n":             hello,
		" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n": hello,
		" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n":         hello,
		strings.Repeat("Lorem ipsum dolor sit amet.\n", 10): {
			"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6",
			"a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
		},
	} {
		if got := lineHashes(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestFingerprints moves a file's lines, and checks that each finding is recognized,
// and only that one.
func TestFingerprints(t *testing.T) {
	prints := func(text string, lines ...int) (list []map[string]string) {
		p := newFingerprints([]byte(text))
		for _, line := range lines {
			list = append(list, p.of(fixer.Finding{ID: "x", Status: fixer.Refused, Line: line}))
		}
		return list
	}
	before := prints("FROM a\nRUN b\nRUN b\nCMD c\n", 2, 3, 3, 4)
	moved := prints("# new\n\nFROM a\nRUN b\nRUN b\nCMD c\n", 4, 5, 5, 6)
	below := prints("FROM a\n  RUN b\nRUN b\r\nCMD c\nUSER d\n", 2, 3, 3, 4)
	const code, own = "primaryLocationLineHash", "ruleAndLineHash/v1"
	for i := range before {
		if before[i][code] != moved[i][code] || before[i][own] != moved[i][own] || before[i][own] != below[i][own] {
			t.Errorf("finding %d has %v, then %v, then %v", i, before[i], moved[i], below[i])
		}
		for j := range i {
			if before[i][own] == before[j][own] {
				t.Errorf("findings %d and %d both have %v", j, i, before[i])
			}
		}
	}
	if other := newFingerprints([]byte("RUN b\n")).of(fixer.Finding{ID: "y", Status: fixer.Refused, Line: 1}); other[own] == before[0][own] {
		t.Errorf("two rules have the same: %v", other)
	}
}
