package fixer_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// ExposePort is a transform of another module: a value, which can be put into any
// list of transforms.
var ExposePort = &fixer.Transform{
	ID:       "expose-port",
	Title:    "write EXPOSE without the protocol that is the default",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What:        `Drops /tcp from the ports of EXPOSE.`,
		Why:         `TCP is the default. A reader has to find out that no other protocol is meant.`,
		Checks:      []string{"The port is a number, without a variable"},
		LeavesAlone: []string{"Ports with /udp or /sctp"},
		See:         []string{"https://docs.docker.com/reference/dockerfile/#expose"},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions {
			if _, ok := in.Cmd.(*instructions.ExposeCommand); !ok {
				continue
			}
			for _, word := range in.Args {
				number, found := strings.CutSuffix(word.Text, "/tcp")
				if !found || strings.Trim(number, "0123456789-") != "" {
					continue
				}
				edit, err := in.Replace(word, number)
				if err != nil {
					p.Leave(word.Span, "EXPOSE names the default protocol", err.Error())
					continue
				}
				p.Change(word.Span, fixer.Finding{
					Problem: "EXPOSE names the default protocol", Change: "use " + number, Reason: "TCP is the default",
				}, fixer.Decision{}, edit)
			}
		}
		return nil
	}),
}

// A transform and its test: the result, what is said, and that a second run changes
// nothing. Run is the only way to make a Pass, and checks each edit as it does for
// dockmend's own.
func ExampleTransform() {
	run := func(src string) imagebuild.Result {
		r, err := imagebuild.Run(context.Background(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src)},
			[]*fixer.Transform{ExposePort}, baseimage.Static{}, fixer.Options{})
		if err != nil {
			panic(err)
		}
		return r
	}
	r := run("FROM alpine\nEXPOSE 3000/tcp 53/udp\n")
	fmt.Print(string(r.After))
	for _, f := range r.Findings {
		fmt.Printf("%d:%d %s: %s\n", f.Line, f.Col, f.Status, f.Sentence())
	}
	again := run(string(r.After))
	fmt.Println("a second run changes something:", string(again.After) != string(r.After))
	// Output:
	// FROM alpine
	// EXPOSE 3000 53/udp
	// 2:8 fixed: EXPOSE names the default protocol: use 3000 (TCP is the default)
	// a second run changes something: false
}
