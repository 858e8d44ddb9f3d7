package fixer_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms"
)

// A bot: it repairs one Dockerfile, says what it did, and prints the patch.
func Example() {
	src := []byte("FROM node:20.19.5-bookworm-slim\nWORKDIR /app\nCOPY server.js .\nCMD node server.js\n")
	checkout := fstest.MapFS{ // os.DirFS(directory), for files on disk
		"server.js": {Data: []byte("process.on('SIGTERM', () => process.exit(0))\n")},
	}
	result, err := imagebuild.Run(context.Background(),
		imagebuild.Source{Name: "Dockerfile", Src: src, Context: checkout},
		transforms.All(),
		baseimage.Table{}, // opens no connection; a registry.Inspector asks
		fixer.Options{KnownIDs: transforms.IDs()})
	if err != nil {
		log.Fatal(err) // it is not a Dockerfile
	}
	for _, f := range result.Findings {
		if f.Status == fixer.Fixed {
			fmt.Printf("line %d, %s: %s: %s\n", f.Line, f.ID, f.Problem, f.Change)
		}
	}
	os.Stdout.Write(diff.Unified("Dockerfile", result.Before, result.After))
	// Output:
	// line 3, chown-copy: files would stay owned by root: add --chown=node:node
	// line 4, exec-form: shell form: the shell may keep signals from node: use exec form
	// line 4, tini-init: node runs without an init: start it with /usr/bin/tini
	// line 4, nonroot-user: container runs as root: add USER node
	// --- a/Dockerfile
	// +++ b/Dockerfile
	// @@ -1,4 +1,8 @@
	//  FROM node:20.19.5-bookworm-slim
	// +RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
	//  WORKDIR /app
	// -COPY server.js .
	// -CMD node server.js
	// +COPY --chown=node:node server.js .
	// +RUN chown node:node /app
	// +USER node
	// +ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
	// +CMD ["node", "server.js"]
}
