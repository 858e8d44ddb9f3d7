package main

import (
	"fmt"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/fixer/workspace"
)

type configCmd struct {
	Path   string `arg:"" optional:"" predictor:"path" help:"A Dockerfile, to show the values for it."`
	Schema bool   `help:"Print the JSON schema of the configuration."`
}

// Help is the long form of the command's description.
func (c *configCmd) Help() string {
	return `Prints what holds for each flag, and where that comes from: an environment variable, a line of the configuration, or the default. The form is that of a configuration.

A configuration is a file called .dockmend.yaml, in the current directory or above it, up to the root of the repository. Each flag is a key; the command line is stronger. What is below overrides holds for the Dockerfiles that the globs in paths match, of several the last:

    unsafe: true
    exclude: ["third_party/**"]
    overrides:
      - paths: ["legacy/**"]
        skip: [npm-ci-stage]
        user: app

What a repository says by itself never decides what the machine does that dockmend runs on: keys such as mirror, buildkit or write count only in a file that --config names.`
}

// Run implements the command.
func (c *configCmd) Run(s *streams, inv *invocation) error {
	if c.Schema {
		text, err := config.Schema(inv.keys)
		if err == nil {
			_, err = s.out.Write(text)
		}
		return err
	}
	path := ""
	if c.Path != "" && inv.config != nil {
		path = (&settings{file: inv.config}).place(&job{File: &workspace.File{Path: c.Path}})
	}
	if inv.config != nil {
		fmt.Fprintf(s.err, "the configuration is %s\n", inv.config.Name)
	} else {
		fmt.Fprintf(s.err, "there is no %s\n", config.Name)
	}
	return config.Show(s.out, inv.keys, inv.config, path)
}
