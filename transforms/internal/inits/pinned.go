package inits

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// Pinned returns the source with a version of the package where the repository has hadolint
// check that packages have one (DL3008, DL3018). A file that has packages without one is
// checked otherwise.
func (t Source) Pinned(p *imagebuild.Pass, run *stage.Evaluation) (Source, fixer.Decision) {
	if t.manager == "" || p.Linted.File == "" || slices.ContainsFunc(run.Steps, t.installsAnyVersion) {
		return t, fixer.Decision{}
	}
	version := tiniVersion(run.Final.Base.Distro)
	if version == "" {
		return t, fixer.Doubt(fmt.Sprintf("hadolint in %s asks for the version of each package, and that of tini is not known here", p.Linted)).By(imagebuild.InRepository(p.Linted, "hadolint"))
	}
	t.word = "tini=" + version + ".*"
	if t.manager == "apk" {
		t.word = "tini~" + version
	}
	t.script = strings.Replace(t.script, " tini", " "+t.word, 1)
	return t, fixer.Decision{}
}

// installsAnyVersion reports whether a RUN installs a package without a version, and hadolint
// is not told to leave that out.
func (t Source) installsAnyVersion(s stage.Step) bool {
	if s.In.Name() != "RUN" || strings.Contains(s.In.Comments(), "DL30") {
		return false
	}
	found := false
	steps.Calls([]stage.Step{s}, func(_ stage.Step, c shell.Call) {
		if !t.runs(c) || !c.Has("add", "install") {
			return
		}
		for _, w := range c.Args {
			found = found || !strings.HasPrefix(w.Text, "-") && !strings.ContainsAny(w.Text, "=~<>/") && w.Text != "add" && w.Text != "install" && w.Text != "update"
		}
	})
	return found
}

// tiniVersion returns the version of tini in a release, without its last part: all releases
// since 2020 have the same (packages.debian.org/tini, packages.ubuntu.com/tini,
// pkgs.alpinelinux.org). "" where it is not known.
func tiniVersion(d *baseimage.Distro) string {
	major, rest, _ := strings.Cut(d.Version, ".")
	n, err := strconv.Atoi(major)
	minor, _ := strconv.Atoi(strings.SplitN(rest, ".", 2)[0])
	switch {
	case err != nil:
		return ""
	case d.ID == "debian" && n >= 11 && n <= 13, d.ID == "ubuntu" && n >= 22 && n <= 24, d.ID == "alpine" && n == 3 && minor >= 12 && minor <= 23:
		return "0.19"
	case d.ID == "ubuntu" && n == 20, d.ID == "alpine" && n == 3 && minor >= 9 && minor < 12:
		return "0.18"
	}
	return ""
}
