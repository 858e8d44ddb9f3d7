package workload

// Mention is a text of the repository that looks like a mount, or like the command of a
// container, in a file of a kind that is not read. What it is about is not known: it may be
// another image, or no container at all.
type Mention struct {
	Place   Place
	Mount   Mount  // with a Target, if the text looks like one
	Command string // as it is written; "" for none
}
