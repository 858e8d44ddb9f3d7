package observer

// Files are the files of an image, as a container sees them.
type Files struct {
	Count  int      `json:"count"`
	Size   int64    `json:"size"`             // in bytes; files of a lower layer that an upper one hides do not count
	Setuid []string `json:"setuid,omitempty"` // programs that run with their owner's or group's rights
}

// Change is what a command did to a path.
type Change struct {
	Path string `json:"path"`
	// Dir: names were added to this directory or removed from it, and none of them is
	// a change of its own, or not all: a file that was made and removed again, or
	// replaced, or one of very many.
	Dir bool `json:"dir,omitempty"`
	// Removed: it was there before the command, and is gone.
	Removed bool `json:"removed,omitempty"`
}

// The bounds of a watch.
const (
	maxNames   = 2_000_000 // in the container, when the watch begins
	maxChanged = 10_000
	// maxBelow is how many new paths are reported of a directory. All that is new in it
	// takes the same permission: that to write the directory, or to make it if it is
	// new, too. So beyond that, the directory is reported.
	maxBelow = 100
)
