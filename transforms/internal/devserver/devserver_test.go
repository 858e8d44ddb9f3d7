package devserver

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/shell"
)

func TestName(t *testing.T) {
	for line, want := range map[string]string{
		"nodemon server.js": "nodemon", "tsnd --respawn src/index.ts": "tsnd", "node --watch server.js": "node --watch", "node --watch-path=src server.js": "node --watch-path",
		"tsx watch src/index.ts": "tsx watch", "next dev": "next dev", "next": "next", "next -p 3000": "next", "vite": "vite", "vite --host": "vite", "ng serve --host 0.0.0.0": "ng serve",
		"nest start --watch": "nest start --watch", "react-scripts start": "react-scripts start", "bun --hot index.ts": "bun --hot",
		"next start": "", "next build": "", "vite preview": "", "vite build": "", "nest start": "", "node server.js --watch": "", "tsx src/index.ts": "", "ng build --watch": "",
		"next $COMMAND": "", "vite --help": "", "node server.js": "", "npm run dev": "",
	} {
		script, err := shell.Parse(line, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := Name(script.Calls[0]); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", line, got, ok, want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Dockerfile": false, "Dockerfile.dev": true, "dev.Dockerfile": true, "docker/dev/Dockerfile": true, ".devcontainer/Dockerfile": true, "Dockerfile-local": true,
		"dev/team/app/Dockerfile": true, "/home/dev/app/Dockerfile": false, `C:\dev\team\app\Dockerfile`: false, "../../dev/app/Dockerfile": false, "../dev/Dockerfile": true, "devices/Dockerfile": false, "api/Dockerfile.prod": false, `docker\dev\Dockerfile`: true, "Dockerfile.development": true,
	} {
		if got := NamesFile(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, want := range map[string]bool{"dev": true, "development": true, "dev-envs": true, "test": true, "runner": false, "": false, "latest": false, "device": false} {
		if got := Names(name); got != want {
			t.Errorf("stage %s: %v", name, got)
		}
	}
}
