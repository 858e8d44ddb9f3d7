package proof

import (
	"context"
	"errors"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
)

// readOnly returns the mounts of a container whose root file system is read-only but for some
// directories, unless it keeps a writable one. BuildKit's gateway has no such containers, so each
// directory of the image is mounted over itself, read-only. That leaves "/" itself writable for root.
// The volumes are copies of the image's directories, as an engine makes them; what else can be
// written is empty.
func (a *attempt) readOnly(ctx context.Context, writable []Mount) ([]gateway.Mount, error) {
	a.run.ReadOnly = !a.spec.Keeps.Writable
	a.run.Hidden = a.hidden(ctx, writable)
	volumes := a.volumes(writable)
	linked, mounted := a.linked(writable, volumes)
	over := slices.Clone(volumes)
	for _, m := range writable {
		a.run.Mounts = append(a.run.Mounts, m.Path)
	}
	for _, m := range mounted {
		over = append(over, m.Path)
		a.run.unseen = a.run.unseen || m.NoExec
	}
	ref, err := a.withMountPoints(ctx, over, linked)
	if err != nil {
		return nil, err
	}
	mounts := []gateway.Mount{{Dest: "/", Ref: ref}}
	if !a.spec.Keeps.Writable {
		list, err := overItself(ctx, ref, over)
		if err != nil {
			return nil, err
		}
		mounts = append(mounts, list...)
	}
	more, err := a.emptyMounts(ctx, mounted)
	if err != nil {
		return nil, err
	}
	for _, v := range volumes {
		more = append(more, gateway.Mount{Dest: v, Selector: v, Ref: ref})
	}
	slices.SortStableFunc(more, func(x, y gateway.Mount) int { return strings.Compare(x.Dest, y.Dest) }) // outer ones first
	return append(mounts, more...), nil
}

// emptyMounts returns the mounts of empty directories.
func (a *attempt) emptyMounts(ctx context.Context, list []Mount) (mounts []gateway.Mount, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	empty, err := a.empty(ctx, list)
	if err != nil {
		return nil, err
	}
	for i, m := range list {
		mounts = append(mounts, gateway.Mount{Dest: m.Path, Selector: "/" + strconv.Itoa(i), Ref: empty})
	}
	return mounts, nil
}

// overItself returns the mounts of the directories of an image over themselves, read-only, but for
// some. /etc is none of them: BuildKit mounts its hosts and resolv.conf in there, which would be
// hidden; a user other than root can write nothing else in it.
func overItself(ctx context.Context, ref gateway.Reference, but []string) (mounts []gateway.Mount, err error) {
	entries, err := ref.ReadDir(ctx, gateway.ReadDirRequest{Path: "/"})
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		dir := "/" + strings.TrimPrefix(path.Clean(e.Path), "/")
		if os.FileMode(e.Mode).IsDir() && !slices.Contains([]string{"/proc", "/sys", "/dev", "/etc", helperDir}, dir) && !slices.Contains(but, dir) {
			mounts = append(mounts, gateway.Mount{Dest: dir, Selector: dir, Ref: ref, Readonly: true})
		}
	}
	return mounts, nil
}

// withMountPoints returns the image with all mount points: in a read-only root file
// system they can't be made later.
//
// links are the paths that are links instead, each to a directory of sharedMemory by its index.
func (r *runner) withMountPoints(ctx context.Context, dirs []string, links []Mount) (gateway.Reference, error) {
	state, err := r.ref.ToState()
	if err != nil {
		return nil, err
	}
	name := llb.WithCustomName("[dockmend] mount points")
	for _, d := range dirs {
		if r.lacks(ctx, d) {
			mode := os.FileMode(0o755)
			if d == "/tmp" {
				mode = 0o777
			}
			state = state.File(llb.Mkdir(d, mode, llb.WithParents(true)), name)
		}
	}
	for i, m := range links {
		if r.lacks(ctx, path.Dir(m.Path)) {
			state = state.File(llb.Mkdir(path.Dir(m.Path), 0o755, llb.WithParents(true)), name)
		}
		state = state.File(llb.Rm(m.Path, llb.WithAllowNotFound(true)).Symlink(shared(i), m.Path), name)
	}
	if r.lacks(ctx, "/etc") {
		state = state.File(llb.Mkdir("/etc", 0o755), name)
	}
	for _, f := range []string{"/etc/hosts", "/etc/resolv.conf"} {
		if r.lacks(ctx, f) {
			state = state.File(llb.Mkfile(f, 0o644, nil), name)
		}
	}
	return r.solve(ctx, state)
}

// solve makes an image.
func (r *runner) solve(ctx context.Context, state llb.State) (gateway.Reference, error) {
	def, err := state.Marshal(ctx)
	if err != nil {
		return nil, err
	}
	result, err := r.gw.Solve(ctx, gateway.SolveRequest{Evaluate: true, Definition: def.ToPB()})
	if err != nil {
		return nil, err
	}
	ref, err := result.SingleRef()
	if err == nil && ref == nil {
		err = errors.New("the image is empty")
	}
	return ref, err
}

func (r *runner) lacks(ctx context.Context, name string) bool {
	_, err := r.ref.StatFile(ctx, gateway.StatRequest{Path: name})
	return err != nil
}
