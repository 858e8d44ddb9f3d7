package discover

import (
	"fmt"
	"testing"
)

// BenchmarkSearch searches 100,000 files in 2,000 folders, with the .gitignore of
// a Node.js application at the top and one more in every tenth folder.
func BenchmarkSearch(b *testing.B) {
	const ignore = "logs\n*.log\nnpm-debug.log*\ncoverage\n*.lcov\nbuild/Release\n/dist/\n.env\n.env.*\n!.env.example\n**/.cache/**\n.DS_Store\n*.tsbuildinfo\n[Tt]mp/\n"
	dir := b.TempDir()
	files := map[string]string{".gitignore": ignore}
	for i := range 2000 {
		folder := fmt.Sprintf("packages/p%02d/src/f%02d", i/50, i%50)
		for j := range 49 {
			files[fmt.Sprintf("%s/file%d.ts", folder, j)] = ""
		}
		files[folder+"/Dockerfile"] = ""
		if i%10 == 0 {
			files[folder+"/.gitignore"] = "*.tmp\n!keep.tmp\n"
		}
	}
	write(b, dir, files)
	fsys := open(b, dir)
	for b.Loop() {
		r, err := Search(fsys, ".", Options{Include: []string{"*.docker"}, Exclude: []string{"legacy/**"}})
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Files) != 2000 || len(r.LeftAlone) != 0 {
			b.Fatalf("%d files, %v", len(r.Files), r.LeftAlone)
		}
	}
}
