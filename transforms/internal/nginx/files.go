package nginx

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
)

// This file reads what COPY and ADD bring to the configuration of an nginx image.

// confFile is a file of the build context and its path in the image.
type confFile struct{ name, image string }

// configCopy reads what a copy brings of configuration, and of scripts that the
// image's entrypoint runs.
func (n *Server) configCopy(s stage.Step, follow func(argv []string) blockers.List) string {
	line := s.In.Line
	c, ok := s.Before.Copy(s.In)
	switch {
	case !ok:
		return fmt.Sprintf("where line %d copies to is unknown", line)
	case workload.Within("/etc/nginx", c.Dest) && c.Dest != "/etc/nginx" || workload.Within("/docker-entrypoint.d", c.Dest) && c.Dest != "/docker-entrypoint.d":
		return fmt.Sprintf("line %d copies over %s, and nginx's configuration with it", line, c.Dest)
	}
	config, script := workload.Within(c.Dest, "/etc/nginx"), workload.Within(c.Dest, "/docker-entrypoint.d")
	if reason := n.confHeredocs(s, c, config, script); reason != "" {
		return reason
	}
	for _, src := range c.Sources {
		if !config && !script && !looksLikeConf(src) {
			continue
		}
		if c.ADD && !looksLikeConf(src) {
			return fmt.Sprintf("what line %d adds to nginx's configuration is unknown", line)
		}
		files, err := n.filesOf(c, src)
		if err != nil {
			return fmt.Sprintf("what line %d copies of nginx's configuration can't be read: %v", line, err)
		}
		for _, f := range files {
			if script {
				if reasons := follow([]string{"sh", f.image}); len(reasons) > 0 {
					return reasons[0].Text
				}
				continue
			}
			if reason := n.confFile(f); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// confHeredocs reads the files in heredocs of the Dockerfile.
func (n *Server) confHeredocs(s stage.Step, c stage.Copy, config, script bool) string {
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
			if reason := n.confText(file, h.Data); reason != "" {
				return fmt.Sprintf("%s (in line %d)", reason, s.In.Line)
			}
		}
	}
	return ""
}

// looksLikeConf reports whether a file has the name of a configuration, or of a
// template that a start script may expand.
func looksLikeConf(name string) bool {
	return slices.Contains([]string{".conf", ".template", ".tmpl", ".tpl"}, path.Ext(name))
}

// filesOf returns the files of the build context that one source of a copy brings.
func (n *Server) filesOf(c stage.Copy, src string) ([]confFile, error) {
	context := n.pass.Context
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
		o := n.run.Origin(image, context)
		if o.Name == "" {
			return nil, fmt.Errorf("it comes from %s", c.From)
		}
		if !n.handsOn(c.From, o.Name) {
			n.doubt = cmp.Or(n.doubt, fmt.Sprintf("its configuration comes by way of %s, which may change it", c.From))
		}
		if private, found := n.pass.Files().Private(o.Name); found {
			return nil, fmt.Errorf("only its owner can read %s", private.Place.File)
		}
		return []confFile{{o.Name, image}}, nil
	}
	return n.contextFiles(c.Dest, src, image != c.Dest)
}

// contextFiles returns the files below src; a single file goes into dest if that is a
// directory.
func (n *Server) contextFiles(dest, src string, isDir bool) (files []confFile, _ error) {
	src = workload.ContextPath(src)
	names := []string{src}
	if strings.ContainsAny(src, "*?[") {
		names, _ = n.pass.Files().Glob(src) // what does not match does not exist
	}
	for _, name := range names {
		if private, found := n.pass.Files().Private(name); found {
			return nil, fmt.Errorf("only its owner can read %s", private.Place.File)
		}
		below, err := n.pass.Files().Below(name, workload.MaxListed-len(files))
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
func (n *Server) confFile(f confFile) string {
	text, err := n.pass.Files().ReadFile(f.name, workload.MaxText)
	if err != nil {
		return fmt.Sprintf("nginx's configuration %s can't be read: %v", f.name, err)
	}
	if reason := n.confText(f.image, text); reason != "" {
		return fmt.Sprintf("%s (in %s)", reason, f.name)
	}
	return ""
}

// confText reads one file of the image.
func (n *Server) confText(image, text string) string {
	if path.Ext(image) == ".stream-template" {
		return "the image's entrypoint changes nginx.conf for it at start"
	}
	n.read[image] = true
	n.noDefault = n.noDefault || image == confD+"/default.conf" || image == templates+"/default.conf.template"
	n.noConfD = n.noConfD && !workload.Within(image, confD)
	if workload.Within(image, templates) {
		n.doubt = cmp.Or(n.doubt, madeAtStart)
	}
	pid := n.ownPID
	reason := n.configuration.read(text)
	if image != n.file {
		n.ownPID = pid
	}
	if reason == errConf.Error() && !looksLikeConf(image) {
		return "" // a list of types, a page, a certificate
	}
	return reason
}
