package imagebuild_test

import (
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

// TestGenerated: what says on top that it is not to be edited is left alone, unless the
// user wants unsafe changes.
func TestGenerated(t *testing.T) {
	for text, want := range map[string]bool{
		"# Please don't edit it\nFROM a\nCMD b\n":               true,
		"# GENERATED. DO NOT MODIFY\n\n# by x\nFROM a\nCMD b\n": true,
		"# to edit it, run x\nFROM a\nCMD b\n":                  false,
		"FROM a\n# do not edit\nCMD b\n":                        false,
	} {
		for _, threshold := range []fixer.Safety{fixer.Safe, fixer.Unsafe} {
			r := run(t, text, fixer.Options{Threshold: threshold}, inserts("one", "USER x", fixer.Safe))
			left := len(r.Findings) == 1 && r.Findings[0].ID == "generated" && string(r.After) == text
			if left != (want && threshold == fixer.Safe) {
				t.Errorf("%q above %v: %+v", text, threshold, r.Findings)
			}
		}
	}
}
