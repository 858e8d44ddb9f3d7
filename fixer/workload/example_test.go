package workload_test

import (
	"fmt"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// ExampleOf shows what a container of a Dockerfile does, read from the Dockerfile and
// its build context.
func ExampleOf() {
	file, err := dockerfile.Parse("Dockerfile", []byte(`FROM node:20-slim
WORKDIR /app
COPY . .
EXPOSE 3000
CMD ["npm", "start"]
`))
	if err != nil {
		panic(err)
	}
	graph, err := stage.Resolve(file, stage.Options{})
	if err != nil {
		panic(err)
	}
	context := fstest.MapFS{
		"package.json": {Data: []byte(`{"scripts": {"start": "node server.js"}}`)},
		"server.js":    {Data: []byte("const fs = require('fs')\nfs.writeFileSync('/app/data/state.json', '{}')\n")},
	}
	// What is known of the base image; imagebuild.Pass.Base returns it in a transform.
	base := &baseimage.Facts{Image: "node:20-slim", Config: &baseimage.Config{}}
	for _, node := range graph.Targets() { // the stages that become images
		load := workload.Of(workload.Input{Run: node.Eval(base), Context: context})
		for _, l := range load.Launches() {
			fmt.Print("runs")
			for _, by := range append(l.Way, l.Command) {
				fmt.Print(" > ", by.Name)
			}
			fmt.Println()
		}
		for _, w := range load.Writes() {
			fmt.Println("writes", w.Path, "by", w.Place)
		}
		for _, p := range load.Ports() {
			fmt.Println("listens on", p.Number, "by", p.By)
		}
		for _, g := range load.Gaps() {
			fmt.Println("not known:", g.What)
		}
	}
	// Output:
	// runs > npm > node
	// writes /app/data/state.json by server.js:2
	// listens on 3000 by EXPOSE
}
