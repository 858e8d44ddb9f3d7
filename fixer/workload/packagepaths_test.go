package workload

import (
	"strings"
	"testing"
)

// TestPathsOfPackages: writes to what packages export, and names that are no paths of them.
func TestPathsOfPackages(t *testing.T) {
	for source, want := range map[string]string{
		"const f = require('ffmpeg-static')\nfs.chmodSync(f, 493)":                                                                    "node_modules/ffmpeg-static",
		"import f from '@x/f'\nfs.promises.chmod(f.path, 493)":                                                                        "node_modules/@x/f",
		"const { path: p } = require('@x/f')\nfs.utimesSync(p, 1, 2)":                                                                 "node_modules/@x/f",
		"fs.chmodSync(require('f').path, 493)":                                                                                        "node_modules/f",
		"fs.rmSync(path.dirname(require('ffmpeg-static')))":                                                                           "node_modules/ffmpeg-static",
		"const { exec } = require('child_process')\nexec('npm run update', { cwd: path.join(__dirname, 'node_modules/geoip-lite') })": "node_modules/geoip-lite",
		"const { exec } = require('child_process')\nexec('npm run update', { cwd: __dirname })":                                       "",
		"const config = require('config')\nfs.mkdirSync(config.path)":                                                                 "",
		"const f = require('./f')\nfs.chmodSync(f, 493)":                                                                              "",
		"const f = require('f')\nfs.mkdirSync(f.settings)":                                                                            "",
		"const f = require('ffmpeg-static')\nspawn(f, ['-version'])\nfs.accessSync(f)":                                                "",
	} {
		var got []string
		for _, r := range sourcesOf("a.js", source).RelativeWrites {
			got = append(got, r.Path)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

// TestOwnScripts: scripts by which packages change themselves, and other programs of them.
func TestOwnScripts(t *testing.T) {
	for file, want := range map[string]bool{
		"scripts/updatedb.js": true, "install.js": true, "lib/postinstall.cjs": true, "bin/update": true, "download.mjs": true,
		"lib/worker.js": false, "dist/bin/next": false, "cli.js": false, "lib/updates/index.js": false,
	} {
		if got := ownScript.MatchString(file); got != want {
			t.Errorf("%s: %v", file, got)
		}
	}
	for file, want := range map[string]string{"/app/node_modules/@a/b/c.js": "@a/b", "/app/node_modules/a/b.js": "a", "/app/node_modules/.bin/a": "", "/app/a.js": "", "node_modules/a/b.js": ""} {
		if _, name := inPackage(file); name != want {
			t.Errorf("%s: %q", file, name)
		}
	}
}
