package workspace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/xattr"
	"golang.org/x/sys/unix"
)

func TestReplaceKeepsOwner(t *testing.T) {
	needsRoot(t)
	for _, owner := range [][2]int{{0, 5678}, {1234, 0}, {1234, 5678}} {
		dir := t.TempDir()
		path := filepath.Join(dir, "Dockerfile")
		put(t, path, textBefore, 0o600)
		// A directory that gives its group to new files.
		if err := errors.Join(os.Chown(path, owner[0], owner[1]), os.Chown(dir, 0, 99), os.Chmod(dir, 0o755|os.ModeSetgid)); err != nil {
			t.Fatal(err)
		}
		if err := Replace(path, "", []byte(textBefore), []byte(textAfter)); err != nil {
			t.Error(err)
		}
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil || int(st.Uid) != owner[0] || int(st.Gid) != owner[1] || st.Mode&0o7777 != 0o600 {
			t.Errorf("the owner was %v, and is %d:%d with mode %o, %v", owner, st.Uid, st.Gid, st.Mode, err)
		}
	}
}

// acl returns a POSIX ACL in the form of its attribute: for the owner, one more user,
// the group, the mask and others.
func acl(user, uid, group, mask, other int) []byte {
	text := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range [][3]int{{1, user, -1}, {2, 6, uid}, {4, group, -1}, {16, mask, -1}, {32, other, -1}} {
		text = binary.LittleEndian.AppendUint16(text, uint16(e[0]))
		text = binary.LittleEndian.AppendUint16(text, uint16(e[1]))
		text = binary.LittleEndian.AppendUint32(text, uint32(e[2]))
	}
	return text
}

func TestReplaceKeepsAttributes(t *testing.T) {
	type attributes map[string]string
	list, other := string(acl(6, 1234, 4, 6, 0)), string(acl(7, 4321, 7, 7, 7))
	tests := []struct {
		name       string
		have, file attributes // of the directory, and the file
		mode       os.FileMode
	}{
		{"none", nil, nil, 0o640},
		{"user", nil, attributes{"user.dockmend": "a\x00b", "user.empty": "", "user.long": strings.Repeat("x", 2000)}, 0o644},
		{"an ACL", nil, attributes{accessList: list}, 0o660},
		{"an ACL that new files don't have", attributes{"system.posix_acl_default": other}, attributes{accessList: list}, 0o660},
		{"no ACL, as new files have", attributes{"system.posix_acl_default": other}, nil, 0o644},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "Dockerfile")
			put(t, path, textBefore, test.mode)
			for where, all := range map[string]attributes{path: test.file, dir: test.have} {
				for name, value := range all {
					err := xattr.Set(where, name, []byte(value))
					if errors.Is(err, errors.ErrUnsupported) {
						t.Skip("the file system has no such attributes")
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := Replace(path, "", []byte(textBefore), []byte(textAfter)); err != nil {
				t.Fatal(err)
			}
			holdsText(t, path, textAfter)
			for name, want := range test.file {
				if got, err := xattr.Get(path, name); err != nil || !bytes.Equal(got, []byte(want)) {
					t.Errorf("%s is %q, %v; want %q", name, got, err, want)
				}
			}
			names, err := xattr.List(path)
			if test.file[accessList] == "" && err == nil && strings.Contains(strings.Join(names, " "), "posix_acl") {
				t.Errorf("it has an ACL: %q", names)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != test.mode {
				t.Errorf("the mode is %v, %v", info.Mode(), err)
			}
		})
	}
}
