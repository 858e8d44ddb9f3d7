package transforms

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks at what COPY and ADD bring to the configuration of an nginx
// image.

// confFile is a file of the build context and where it comes to lie.
type confFile struct{ name, image string }

// configCopy reads what a copy brings of configuration, and of scripts that the
// image's entrypoint runs.
func (x *examiner) configCopy(s chain.Step) string {
	line := s.In.Line
	c, ok := s.Before.Copy(s.In)
	switch {
	case !ok:
		return fmt.Sprintf("where line %d copies to can't be told", line)
	case workload.Within("/etc/nginx", c.Dest) && c.Dest != "/etc/nginx" || workload.Within("/docker-entrypoint.d", c.Dest) && c.Dest != "/docker-entrypoint.d":
		return fmt.Sprintf("line %d copies over %s, and nginx's configuration with it", line, c.Dest)
	}
	config, script := workload.Within(c.Dest, "/etc/nginx"), workload.Within(c.Dest, "/docker-entrypoint.d")
	if reason := x.confHeredocs(s, c, config, script); reason != "" {
		return reason
	}
	for _, src := range c.Sources {
		if !config && !script && !looksLikeConf(src) {
			continue
		}
		if c.ADD && !looksLikeConf(src) {
			return fmt.Sprintf("what line %d adds to nginx's configuration can't be told", line)
		}
		files, err := x.filesOf(c, src)
		if err != nil {
			return fmt.Sprintf("what line %d copies of nginx's configuration can't be read: %v", line, err)
		}
		for _, f := range files {
			if script {
				if reason, _ := x.script(x.load.Follow([]string{"sh", f.image})); reason != "" {
					return reason
				}
				continue
			}
			if reason := x.confFile(f); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// confHeredocs reads the files that stand in the Dockerfile itself.
func (x *examiner) confHeredocs(s chain.Step, c chain.Copy, config, script bool) string {
	var contents []instructions.SourceContent
	switch cmd := s.In.Cmd.(type) {
	case *instructions.CopyCommand:
		contents = cmd.SourceContents
	case *instructions.AddCommand:
		contents = cmd.SourceContents
	}
	for _, h := range contents {
		switch {
		case script:
			return fmt.Sprintf("line %d adds a script that is run at start", s.In.Line)
		case config:
			file := c.Dest
			if c.Dir {
				file = path.Join(c.Dest, h.Path)
			}
			if reason := x.confText(file, h.Data); reason != "" {
				return fmt.Sprintf("%s (in line %d)", reason, s.In.Line)
			}
		}
	}
	return ""
}

// looksLikeConf reports the name of a configuration, or of a template that a
// start script may put in its place.
func looksLikeConf(name string) bool {
	return slices.Contains([]string{".conf", ".template", ".tmpl", ".tpl"}, path.Ext(name))
}

// filesOf lists the files of the build context that one source of a copy
// brings.
func (x *examiner) filesOf(c chain.Copy, src string) ([]confFile, error) {
	context := x.pass.Context
	image := c.Dest // of a single file
	if c.Dir || c.Dest == confD || path.Ext(c.Dest) == "" {
		image = path.Join(c.Dest, path.Base(src))
	}
	switch {
	case context == nil:
		return nil, workload.ErrNoContext
	case src == "":
		return nil, errors.New("its name depends on a variable")
	case c.From != "":
		o := x.run.Origin(image, context)
		if o.Name == "" {
			return nil, fmt.Errorf("it comes from %s", c.From)
		}
		x.doubt = cmp.Or(x.doubt, fmt.Sprintf("its configuration comes by way of %s, which may change it", c.From))
		if private, found := x.pass.Files().Private(o.Name); found {
			return nil, fmt.Errorf("only its owner can read %s", private.Place.File)
		}
		return []confFile{{o.Name, image}}, nil
	}
	return x.contextFiles(c.Dest, src, image != c.Dest)
}

// contextFiles lists the files below src; a file itself comes to lie in dest
// where that is a directory.
func (x *examiner) contextFiles(dest, src string, isDir bool) (files []confFile, _ error) {
	src = workload.ContextPath(src)
	names := []string{src}
	if strings.ContainsAny(src, "*?[") {
		names, _ = x.pass.Files().Glob(src) // what is not matched is not there
	}
	for _, name := range names {
		if private, found := x.pass.Files().Private(name); found {
			return nil, fmt.Errorf("only its owner can read %s", private.Place.File)
		}
		below, err := x.pass.Files().Below(name, workload.MaxListed-len(files))
		if err != nil {
			return nil, err
		}
		for _, file := range below {
			to := path.Join(dest, strings.TrimPrefix(file, name))
			if file == name && isDir {
				to = path.Join(dest, path.Base(file))
			}
			files = append(files, confFile{file, to})
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s is not there", src)
	}
	return files, nil
}

// confFile reads one file of the build context.
func (x *examiner) confFile(f confFile) string {
	text, err := x.read(f.name)
	if err != nil {
		return fmt.Sprintf("nginx's configuration %s can't be read: %v", f.name, err)
	}
	if reason := x.confText(f.image, text); reason != "" {
		return fmt.Sprintf("%s (in %s)", reason, f.name)
	}
	return ""
}

// confText reads one file of the image.
func (x *examiner) confText(image, text string) string {
	if path.Ext(image) == ".stream-template" {
		return "the image's entrypoint changes nginx.conf for it at start"
	}
	x.server.read[image] = true
	x.server.noDefault = x.server.noDefault || image == confD+"/default.conf" || image == "/etc/nginx/templates/default.conf.template"
	x.server.noConfD = x.server.noConfD && !workload.Within(image, confD)
	if workload.Within(image, "/etc/nginx/templates") {
		x.doubt = cmp.Or(x.doubt, madeAtStart)
	}
	pid := x.server.ownPID
	reason := x.server.nginxConf.read(text)
	if image != x.server.file {
		x.server.ownPID = pid
	}
	if reason == errConf.Error() && !looksLikeConf(image) {
		return "" // a list of types, a page, a certificate
	}
	return reason
}
