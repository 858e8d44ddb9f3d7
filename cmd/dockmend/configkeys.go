package main

import (
	"github.com/alecthomas/kong"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/transforms"
)

// rules describe the flags as keys of a configuration. A flag that is not here applies
// to the whole run, and a repository may set it.
var rules = withTransformFlags(map[string]config.Rules{
	"only":      {PerPath: true, OneOf: transforms.IDs()},
	"skip":      {PerPath: true, OneOf: transforms.IDs()},
	"unsafe":    {PerPath: true},
	"target":    {PerPath: true},
	"build-arg": {PerPath: true},
	"platform":  {PerPath: true},
	"context":   {PerPath: true, Path: true},
	"images":    {PerPath: true, Path: true},

	"include":  {Glob: true},
	"exclude":  {Glob: true},
	"baseline": {Path: true},

	// The hosts that this machine accesses.
	"allow-registry": {Trusted: true},
	"mirror":         {Trusted: true},
	"plain-http":     {Trusted: true},
	"source":         {Trusted: true},
	// The programs that it runs, and where.
	"buildkit":     {Trusted: true},
	"network":      {Trusted: true},
	"observer":     {Trusted: true, Path: true},
	"verify":       {Trusted: true},
	"with-compose": {Trusted: true},
	// The waiting time, and the concurrency.
	"timeout":       {Trusted: true},
	"layer-timeout": {Trusted: true},
	"build-timeout": {Trusted: true},
	"ready-timeout": {Trusted: true},
	"stop-timeout":  {Trusted: true},
	"jobs":          {Trusted: true},
	// The form of its output: a diff with colours is not a patch.
	"color": {Trusted: true},
	// The files that it reads and writes besides the Dockerfiles.
	"facts":           {Trusted: true, Path: true},
	"observed":        {Path: true},
	"record":          {Trusted: true, Path: true},
	"cache-dir":       {Trusted: true, Path: true},
	"patches":         {Trusted: true, Path: true},
	"write":           {Trusted: true},
	"update-baseline": {Trusted: true},
})

// withTransformFlags adds the flags of the transforms, which can be set for some
// Dockerfiles only.
func withTransformFlags(rules map[string]config.Rules) map[string]config.Rules {
	for _, f := range flagsOf(transforms.All()) {
		rules[f.Name] = config.Rules{PerPath: true}
	}
	return rules
}

// notKeys are flags that select the configuration.
var notKeys = []string{"version", "config", "no-config"}

// configKeys returns the flags that a configuration can set.
func configKeys(app *kong.Application) []config.Key {
	return config.Keys(app, rules, append(notKeys, "schema")...)
}
