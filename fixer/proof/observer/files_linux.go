package observer

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// walk visits the image's files, but not those that are mounted over them.
func walk(visit func(name string, st *unix.Stat_t)) error {
	mounts, err := mountPoints()
	if err != nil {
		return err
	}
	return filepath.WalkDir("/", func(name string, d fs.DirEntry, err error) error {
		if name != "/" && mounts[name] {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		var st unix.Stat_t
		if err != nil || unix.Lstat(name, &st) != nil {
			return nil // removed meanwhile
		}
		visit(name, &st)
		return nil
	})
}

func survey() (*Files, error) {
	f := &Files{}
	// BuildKit links files between snapshots, so a file with many links may have one
	// in this image.
	linked := map[[2]uint64]bool{}
	err := walk(func(name string, st *unix.Stat_t) {
		if st.Mode&unix.S_IFMT != unix.S_IFREG {
			return
		}
		f.Count++
		inode := [2]uint64{uint64(st.Dev), st.Ino}
		if !linked[inode] {
			f.Size += st.Size
		}
		if st.Nlink > 1 {
			linked[inode] = true
		}
		if st.Mode&(unix.S_ISUID|unix.S_ISGID) != 0 && st.Mode&0o111 != 0 {
			f.Setuid = append(f.Setuid, name)
		}
	})
	return f, err
}

// mountPoints returns the directories and files that others are mounted on.
func mountPoints() (map[string]bool, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	mounts := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 4 {
			mounts[unescape.Replace(fields[4])] = true
		}
	}
	return mounts, nil
}

// writable tests as a user: a copy of this program becomes that user and reports what
// the kernel lets it write.
func writable(u User, self, paths []string) (answers []bool, err error) {
	input, err := json.Marshal(paths)
	if err != nil {
		return nil, err
	}
	user := &syscall.Credential{Uid: uint32(u.UID), Gid: uint32(u.GID)}
	for _, g := range u.Groups {
		user.Groups = append(user.Groups, uint32(g))
	}
	cmd := exec.Command(self[0], slices.Concat(self[1:], []string{"access"})...)
	cmd.Dir, cmd.Stdin = "/", bytes.NewReader(input)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	return answers, json.Unmarshal(out, &answers)
}

// access reports which of the paths this process may write. For a path that does not
// exist, it reports whether it could be made: whether the nearest directory above it
// may be written. A path that ends in a slash is a directory in which names are added
// or removed.
func access(in io.Reader, out io.Writer) error {
	var paths []string
	if err := json.NewDecoder(in).Decode(&paths); err != nil {
		return err
	}
	answers := make([]bool, len(paths))
	for i, name := range paths {
		answers[i] = mayWrite(name)
	}
	return json.NewEncoder(out).Encode(answers)
}

func mayWrite(name string) bool {
	for {
		var st unix.Stat_t
		switch err := unix.Stat(name, &st); {
		case err == unix.ENOENT && name != "/" && name != ".":
			name = path.Dir(name)
		case err != nil:
			return false
		case st.Mode&unix.S_IFMT == unix.S_IFDIR:
			return unix.Access(name, unix.W_OK|unix.X_OK) == nil
		default:
			return unix.Access(name, unix.W_OK) == nil
		}
	}
}
