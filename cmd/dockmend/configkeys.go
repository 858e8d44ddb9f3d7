package main

import (
	"github.com/alecthomas/kong"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/transforms"
)

// rules say what the flags are as keys of a configuration. A flag that is not
// here changes what dockmend does for the whole run, and is a repository's own
// affair.
var rules = withTransformFlags(map[string]config.Rules{
	"only":      {PerPath: true, OneOf: transforms.IDs()},
	"skip":      {PerPath: true, OneOf: transforms.IDs()},
	"unsafe":    {PerPath: true},
	"target":    {PerPath: true},
	"build-arg": {PerPath: true},
	"platform":  {PerPath: true},
	"context":   {PerPath: true, Path: true},

	"include":  {Glob: true},
	"exclude":  {Glob: true},
	"baseline": {Path: true},

	// Whom this machine speaks to.
	"allow-registry": {Trusted: true},
	"mirror":         {Trusted: true},
	"plain-http":     {Trusted: true},
	"source":         {Trusted: true},
	// What it runs, and where.
	"buildkit": {Trusted: true},
	"network":  {Trusted: true},
	"observer": {Trusted: true, Path: true},
	"verify":   {Trusted: true},
	// How long it waits, and how much it does at a time.
	"timeout":       {Trusted: true},
	"layer-timeout": {Trusted: true},
	"build-timeout": {Trusted: true},
	"ready-timeout": {Trusted: true},
	"stop-timeout":  {Trusted: true},
	"jobs":          {Trusted: true},
	// What its output is: a diff with colours is no patch.
	"color": {Trusted: true},
	// What it reads and writes beside the Dockerfiles.
	"facts":           {Trusted: true, Path: true},
	"cache-dir":       {Trusted: true, Path: true},
	"patches":         {Trusted: true, Path: true},
	"write":           {Trusted: true},
	"update-baseline": {Trusted: true},
})

// withTransformFlags adds the flags of the transforms, which can be stated for some
// Dockerfiles only.
func withTransformFlags(rules map[string]config.Rules) map[string]config.Rules {
	for _, f := range flagsOf(transforms.All()) {
		rules[f.Name] = config.Rules{PerPath: true}
	}
	return rules
}

// notKeys are flags that say which configuration there is.
var notKeys = []string{"version", "config", "no-config"}

// configKeys are the flags that a configuration can state.
func configKeys(app *kong.Application) []config.Key {
	return config.Keys(app, rules, append(notKeys, "schema")...)
}
