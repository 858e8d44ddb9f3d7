package workspace_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/workspace"
	"github.com/dockmend/dockmend/transforms"
)

// A bot repairs the files of a checkout. Table knows well-known images without
// a network; registry.New returns an Inspector that asks registries.
func Example() {
	checkout, err := os.MkdirTemp("", "checkout")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(checkout)
	path := filepath.Join(checkout, "Dockerfile")
	if err := os.WriteFile(path, []byte("FROM node:20-slim\nWORKDIR /app\nCOPY --chown=node:node . .\nCMD [\"node\", \"a.js\"]\n"), 0o644); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	files, _, err := workspace.Find(ctx, []string{checkout}, workspace.Search{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		if err := repair(ctx, f); err != nil {
			log.Print(err) // the others may succeed
		}
	}

	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", text)
	// Output:
	// line 4: nonroot-user
	// FROM node:20-slim
	// WORKDIR /app
	// COPY --chown=node:node . .
	// RUN chown node:node /app
	// USER node
	// CMD ["node", "a.js"]
}

func repair(ctx context.Context, f *workspace.File) error {
	result, err := f.Repair(ctx, nil, workspace.Request{Transforms: transforms.All(), Inspector: baseimage.Table{}})
	if err != nil {
		return err
	}
	for _, finding := range result.Findings {
		if finding.Status == fixer.Fixed {
			fmt.Printf("line %d: %s\n", finding.Line, finding.ID)
		}
	}
	_, err = f.Write(result.Result)
	return err
}
