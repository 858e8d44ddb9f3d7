package observer

// Files are the files of an image, as a container sees them.
type Files struct {
	Count  int      `json:"count"`
	Size   int64    `json:"size"`             // in bytes; files of a lower layer that an upper one hides do not count
	Setuid []string `json:"setuid,omitempty"` // programs that run with their owner's or group's rights
}

// Change is a file that was made, written, or given another owner or mode, or
// a directory in which a name was added or removed.
type Change struct {
	Path string `json:"path"`
	Dir  bool   `json:"dir,omitempty"`
}

// maxChanged bounds the changes that are reported, for programs that unpack a tree.
const maxChanged = 10_000
