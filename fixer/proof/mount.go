package proof

import (
	"context"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"

	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// Mount is a directory that can be written where the root file system is read-only. It is empty, as
// a tmpfs or an emptyDir is, and belongs to this user and group.
type Mount struct {
	Path     string
	UID, GID int
	Mode     fs.FileMode // 0: that of the image's directory, or 0777 where it has none
	// NoExec: an engine lets nothing in it be executed, as Docker does for a tmpfs.
	NoExec bool
}

// sharedMemory is a tmpfs of each container in which nothing can be executed: BuildKit mounts no
// other, and the paths of NoExec mounts lead into it.
const sharedMemory = "/dev/shm"

// sticky is the bit of a directory in which only its owner removes a file (chmod(2), S_ISVTX).
const sticky = 0o1000

// shared returns the directory that a NoExec mount is.
func shared(i int) string { return path.Join(sharedMemory, ".dockmend-"+strconv.Itoa(i)) }

// linked divides the mounts into those whose paths are links into sharedMemory, which are made when
// the command starts, and the others. A builder that makes no links has none of the first, and
// whether something is executed in the others is not observed (Run.unseen).
func (a *attempt) linked(mounts []Mount, volumes []string) (linked, others []Mount) {
	caps := a.gw.BuildOpts().LLBCaps
	makesLinks := caps.Supports(pb.CapFileSymlinkCreate) == nil
	for _, m := range mounts {
		around := slices.ContainsFunc(volumes, func(v string) bool { return inside(v, m.Path) })
		if !m.NoExec || !makesLinks || around {
			others = append(others, m)
			continue
		}
		mode := uint32(m.Mode)
		if m.UID == 0 && m.Mode == 0o777 {
			mode |= sticky // /tmp's own, which an engine keeps
		}
		a.how.Dirs = append(a.how.Dirs, observer.Dir{Path: shared(len(linked)), UID: m.UID, GID: m.GID, Mode: mode})
		linked = append(linked, m)
	}
	return linked, others
}

// mounts returns what the hardened command can write besides volumes.
func (r *runner) mounts(ctx context.Context) []Mount {
	list := []Mount{{Path: "/tmp", NoExec: true}}
	if r.spec.Mounts != nil && r.watched != nil && r.image.RunsAs != nil {
		list = r.spec.Mounts(r.watched.wrote, *r.image.RunsAs)
	}
	return r.withModes(ctx, list)
}

// withModes returns mounts that all have a mode.
func (r *runner) withModes(ctx context.Context, list []Mount) []Mount {
	list = slices.Clone(list)
	for i, m := range list {
		if m.Mode == 0 {
			list[i].Mode = r.mode(ctx, m.Path)
		}
	}
	return list
}

// mode returns that of a tmpfs which states none: the directory's below it (opencontainers/runc,
// prepareTmpfs), and otherwise everyone may write it.
func (r *runner) mode(ctx context.Context, dir string) fs.FileMode {
	stat, err := r.ref.StatFile(ctx, gateway.StatRequest{Path: dir})
	if err != nil {
		return 0o777
	}
	return fs.FileMode(stat.Mode) & fs.ModePerm
}

// volumes returns the volumes over which nothing else is mounted.
func (r *runner) volumes(mounts []Mount) (list []string) {
	for _, v := range r.image.Volumes {
		if v = path.Clean("/" + v); v != "/" && !slices.ContainsFunc(mounts, func(m Mount) bool { return v == m.Path }) {
			list = append(list, v)
		}
	}
	return list
}

// empty returns an image that has an empty directory for each of the mounts, named by its index.
// Copies have exactly the mode that is asked for. Of one that is made, the umask of an engine, whose
// own BuildKit it is, takes the right of others to write.
func (r *runner) empty(ctx context.Context, mounts []Mount) (gateway.Reference, error) {
	name := llb.WithCustomName("[dockmend] an empty directory")
	made := llb.Scratch().File(llb.Mkdir("/empty", 0o700), name)
	state := llb.Scratch()
	for i, m := range mounts {
		mode := &llb.CopyInfo{Mode: &llb.ChmodOpt{Mode: m.Mode}}
		state = state.File(llb.Copy(made, "/empty", "/"+strconv.Itoa(i), mode, llb.WithUIDGID(m.UID, m.GID)), name)
	}
	return r.solve(ctx, state)
}

// hidden returns the mounts in which the image has something, but for its own empty directories, and
// code that Node.js or Yarn compiled.
func (r *runner) hidden(ctx context.Context, mounts []Mount) (list []string) {
	for _, m := range mounts {
		if r.hasFiles(ctx, m.Path, hiddenDepth) {
			list = append(list, m.Path)
		}
	}
	return list
}

// hiddenDepth bounds the levels of empty directories in a directory that counts as empty.
const hiddenDepth = 4

func (r *runner) hasFiles(ctx context.Context, dir string, depth int) bool {
	entries, err := r.ref.ReadDir(ctx, gateway.ReadDirRequest{Path: dir})
	if err != nil { // there is none
		return false
	}
	for _, e := range entries {
		name := path.Join(dir, path.Base(e.Path))
		if isCompiledCode(name) {
			continue
		}
		if depth == 0 || !os.FileMode(e.Mode).IsDir() || r.hasFiles(ctx, name, depth-1) {
			return true
		}
	}
	return false
}
