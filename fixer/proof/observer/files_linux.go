package observer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

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

// changed returns what was written since PID 1 started. It uses the change time, which
// the kernel sets and no program can.
func changed() (list []Change, err error) {
	since, err := started("/proc/1/stat")
	if err != nil {
		return nil, err
	}
	mounts, err := mountPoints()
	if err != nil {
		return nil, err
	}
	made := map[string]bool{} // directories in which the runtime made mount points
	for m := range mounts {
		made[path.Dir(m)] = true
	}
	err = walk(func(name string, st *unix.Stat_t) {
		if st.Ctim.Nano() >= since && !made[name] && len(list) < maxChanged {
			list = append(list, Change{Path: name, Dir: st.Mode&unix.S_IFMT == unix.S_IFDIR})
		}
	})
	return list, err
}

// started returns the time at which a process started, in nanoseconds since 1970.
func started(stat string) (int64, error) {
	text, err := os.ReadFile(stat)
	if err != nil {
		return 0, err
	}
	// The second field is a name in parentheses, which may contain anything; the 22nd
	// is the time since boot in ticks, 100 a second on all Linux architectures that Go
	// runs on.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return 0, fmt.Errorf("%s: not understood", stat)
	}
	ticks, err := strconv.ParseInt(fields[19], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: not understood", stat)
	}
	var boot unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot); err != nil {
		return 0, err
	}
	return time.Now().UnixNano() - boot.Nano() + ticks*int64(time.Second/100), nil
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
// may be written.
func access(in io.Reader, out io.Writer) error {
	var paths []string
	if err := json.NewDecoder(in).Decode(&paths); err != nil {
		return err
	}
	answers := make([]bool, len(paths))
	for i, name := range paths {
		for {
			err := unix.Access(name, unix.W_OK)
			if err == unix.ENOENT && name != "/" && name != "." {
				name = path.Dir(name)
				continue
			}
			answers[i] = err == nil
			break
		}
	}
	return json.NewEncoder(out).Encode(answers)
}
