package registry

import (
	"maps"
	"slices"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/baseimage/history"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// answers are those of the layers to the questions of one query.
type answers struct {
	files map[string]content.File
	asked []string
}

// get returns the answer to a question that was asked.
func (a *answers) get(name string) (content.File, bool) {
	if !slices.Contains(a.asked, name) {
		return content.File{}, false
	}
	f, ok := a.files[name]
	return f, ok
}

// missing returns the questions without an answer.
func (a *answers) missing() (names []string) {
	for _, name := range a.asked {
		if _, ok := a.files[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// distro returns the distribution that the files state, nil if they weren't asked.
func (a *answers) distro() *baseimage.Distro {
	f, ok := a.get(askOSRelease)
	if !ok {
		return nil
	}
	if f.Path != "" {
		return history.ReadOSRelease(f.Data)
	}
	// An absent file means that every layer was read, so these are answered too.
	d := &baseimage.Distro{Family: baseimage.Unknown, Source: baseimage.FromLayer}
	busybox, sh := a.files[askBusybox], a.files["sh"]
	switch {
	case busybox.Program() != "":
		d.Family = baseimage.Busybox
	case sh.Path == "":
		d.Family = baseimage.Scratch
	}
	return d
}

// accounts returns those of the files, nil if they weren't asked for.
func (a *answers) accounts() *baseimage.Accounts {
	passwd, ok := a.get(askPasswd)
	group, also := a.get(askGroup)
	if !ok || !also {
		return nil
	}
	return history.ReadPasswd(passwd.Data, group.Data)
}

// versions returns those of the environment, completed by those of the files.
func (a *answers) versions(stated *baseimage.Versions) *baseimage.Versions {
	manifest, ok := a.get(askNPMManifest)
	if !ok {
		return stated
	}
	v := &baseimage.Versions{Source: baseimage.FromLayer, NPM: history.ReadPackageVersion(manifest.Data)}
	if stated != nil {
		v.Node, v.Yarn = stated.Node, stated.Yarn
	}
	if header, ok := a.get(askNodeHeader); ok {
		v.Node = history.ReadNodeVersion(header.Data)
	}
	return v
}

// programs returns those that were asked for: looked for in the layers, or stated by
// the history, and then the source of all is the history. nil if none is known.
func (a *answers) programs(t *history.Summary, ask baseimage.Ask) *baseimage.Programs {
	p := &baseimage.Programs{Paths: map[string]string{}, Source: baseimage.FromLayer}
	for _, name := range ask.Programs() {
		if f, ok := a.get(name); ok {
			p.Paths[name] = f.Program()
			if ask&baseimage.AskRights != 0 {
				p.Rights = withRights(p.Rights, name, f.Rights())
			}
		} else if where := t.Programs[name]; where != "" {
			p.Paths[name], p.Source = where, baseimage.FromHistory
		}
	}
	if len(p.Paths) == 0 {
		return nil
	}
	return p
}

func withRights(rights map[string]string, name, has string) map[string]string {
	if rights == nil {
		rights = map[string]string{}
	}
	rights[name] = has
	return rights
}

// merge returns the answers with further ones.
func merge(old, more map[string]content.File) map[string]content.File {
	all := maps.Clone(old)
	if all == nil {
		all = map[string]content.File{}
	}
	maps.Copy(all, more)
	return all
}
