//go:build !windows

package diskcache

import "github.com/google/renameio/v2"

// replace writes a file atomically, by way of one in dir.
func replace(name string, text []byte, dir string) error {
	return renameio.WriteFile(name, text, 0o600, renameio.WithTempDir(dir))
}
