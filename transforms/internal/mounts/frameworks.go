package mounts

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// frameworks are those that write into the directory of the application while they serve: by
// the programs that serve it, with a file that each application of theirs has (guides.rubyonrails.org,
// "Configuring Rails Applications"; laravel.com/docs, "Directory Structure"; symfony.com/doc,
// "The var Directory").
var frameworks = []struct {
	file, writes string
	servers      []string
}{
	{"config/application.rb", "Rails writes log and tmp there", rubyServers},
	{"artisan", "Laravel writes storage and bootstrap/cache there", phpServers},
	{"bin/console", "Symfony writes var there", phpServers},
}

var (
	rubyServers = strings.Fields("bundle bundler puma unicorn rackup thin rails ruby sidekiq passenger")
	phpServers  = strings.Fields("php php-fpm apache2-foreground frankenphp rr symfony")
)

// writtenByFramework returns what the framework of a mounted application writes, "" for none,
// and where the image starts no program that serves it.
func writtenByFramework(p *imagebuild.Pass, run *stage.Evaluation, m workload.Mount) string {
	dir := path.Join(path.Dir(m.Place.File), m.Source)
	if p.Repository == nil || !fs.ValidPath(dir) {
		return ""
	}
	for _, f := range frameworks {
		serves := slices.ContainsFunc(p.Workload(run).Launches(), func(l workload.Launch) bool { return slices.Contains(f.servers, l.Name) })
		if !serves {
			continue
		}
		if info, err := fs.Stat(p.Repository, path.Join(dir, f.file)); err == nil && info.Mode().IsRegular() {
			return f.writes
		}
	}
	return ""
}
