package pin

import "github.com/dockmend/dockmend/fixer"

// The ways to name an image so that the name keeps its meaning.
const (
	byTag    = "tag"    // a version, as in node:20.19.5-bookworm
	byDigest = "digest" // the tag, and the digest of what it names
	off      = "none"   // images keep their names
)

// Style is the flag that selects one.
var Style = &fixer.Flag{
	Name: "pin", Enum: []string{byTag, byDigest, off}, Default: byTag, Off: off,
	Help: "What a tag that moves (node:20) becomes: tag, a version that stays (node:20.19.5-bookworm); digest, the same tag with its digest; none, no change.",
}
