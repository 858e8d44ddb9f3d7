package workload

import (
	"strings"
	"testing"
)

// TestLocations: the paths that a source computes from its own location and hands to others.
func TestLocations(t *testing.T) {
	for source, want := range map[string]string{
		"export const here = (...p) => resolve(__dirname, ...p)":                                                                  "src",
		"export const dir = join(__dirname, 'in')":                                                                                "src/in",
		"export function dir() {\n  const a = 1\n  return join(__dirname, 'in')\n}":                                               "src/in",
		"const config = {\n  port: 1,\n  upload: { dir: join(__dirname, 'in') }\n}\nexport default config":                        "src/in",
		"const root = __dirname\nmodule.exports = { root }":                                                                       "src",
		"const root = __dirname\nconst up = join(root, '../up')\nexports.up = up":                                                 "up",
		"import { Store } from './store'\nnew Store(join(__dirname, 'in'))":                                                       "src/in",
		"export default `${__dirname}/in`":                                                                                        "src/in",
		"import { dirname } from 'path'\nconst __dirname = dirname(fileURLToPath(import.meta.url))\nexport const dir = __dirname": "src",
		"const dir = join(__dirname, 'in')\nfs.mkdirSync(dir)":                                                                    "",
		"app.use(express.static(join(__dirname, 'public')))\nmodule.exports = app":                                                "",
		"export function views(app) {\n  app.set('views', join(__dirname, 'views'))\n}":                                           "",
		"export const entities = [join(__dirname, '**/*.js')]":                                                                    "",
	} {
		var got []string
		for _, l := range sourcesOf("src/a.js", source).locations {
			got = append(got, l.Path)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
