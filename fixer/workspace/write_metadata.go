package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/pkg/xattr"
)

// accessList is the attribute that holds a file's POSIX ACL.
const accessList = "system.posix_acl_access"

// ownAttributes are those that the system makes for each file: from its text, or
// from its writer. A copy would be wrong, or is refused.
var ownAttributes = []string{"security.evm", "security.ima", "com.apple.provenance"}

// keepMetadata gives a file the owner, the extended attributes and the mode of
// another.
func keepMetadata(to, from *os.File) error {
	// In this order: a new owner takes attributes away, and an ACL is a mode too.
	if err := keepOwner(to, from); err != nil {
		return fmt.Errorf("can't keep its owner and group: %w", cause(err))
	}
	if err := keepAttributes(to, from); err != nil {
		return err
	}
	if err := keepMode(to, from); err != nil {
		return fmt.Errorf("can't keep its mode: %w", cause(err))
	}
	return nil
}

func keepAttributes(to, from *os.File) error {
	names, err := attributes(from)
	if err != nil {
		return fmt.Errorf("can't tell its extended attributes: %w", err)
	}
	for _, name := range names {
		if slices.Contains(ownAttributes, name) {
			continue
		}
		if err := keepAttribute(to, from, name); err != nil {
			return fmt.Errorf("can't keep its extended attribute %s: %w", name, attributeCause(err))
		}
	}
	// The directory may have given the new file an ACL that the old one lacks.
	given, err := attributes(to)
	if err == nil && slices.Contains(given, accessList) && !slices.Contains(names, accessList) {
		err = xattr.FRemove(to, accessList)
	}
	if err != nil {
		return fmt.Errorf("can't do without the ACL of new files here: %w", attributeCause(err))
	}
	return nil
}

// attributes returns the names of the file's extended attributes: none if the file
// system does not support them.
func attributes(f *os.File) ([]string, error) {
	names, err := xattr.FList(f)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	return names, attributeCause(err)
}

func keepAttribute(to, from *os.File, name string) error {
	value, err := xattr.FGet(from, name)
	if err != nil {
		return err
	}
	// Some need privileges to set, but come by themselves, such as SELinux labels.
	if now, err := xattr.FGet(to, name); err == nil && bytes.Equal(now, value) {
		return nil
	}
	return xattr.FSet(to, name, value)
}

// attributeCause is cause for the errors of xattr.
func attributeCause(err error) error {
	var x *xattr.Error
	if errors.As(err, &x) {
		return x.Err
	}
	return err
}

func keepMode(to, from *os.File) error {
	const bits = os.ModePerm | os.ModeSetuid | os.ModeSetgid | os.ModeSticky
	want, err := from.Stat()
	if err != nil {
		return err
	}
	have, err := to.Stat()
	if err != nil || have.Mode()&bits == want.Mode()&bits {
		return err // file systems that have no modes refuse to set one
	}
	return to.Chmod(want.Mode() & bits)
}
