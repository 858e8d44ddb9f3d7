// Package browsers knows the packages of Node.js whose install downloads a browser, and
// where it puts it.
package browsers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
)

// download is a package whose install script downloads a browser into the home of the
// user that installs it, below ~/.cache.
type download struct {
	name string
	// skips are the variables that prevent the download; moves, those that put the
	// browser elsewhere.
	skips, moves string
	// since is the first major version that does so; 0 for all.
	since int
	// config matches the text of a configuration file that does the one or the other in
	// the directory of the project.
	config bool
}

const (
	puppeteerSkips = "PUPPETEER_SKIP_DOWNLOAD PUPPETEER_SKIP_CHROMIUM_DOWNLOAD"
	puppeteerMoves = "PUPPETEER_CACHE_DIR PUPPETEER_EXECUTABLE_PATH"
)

// Sources: pptr.dev/guides/configuration and its changelog (19.0.0: "use
// ~/.cache/puppeteer"; before, the browser is in node_modules);
// docs.cypress.io/app/references/advanced-installation; playwright.dev/docs/browsers.
// puppeteer-core and playwright-core download nothing.
var downloads = []download{
	{name: "puppeteer", skips: puppeteerSkips, moves: puppeteerMoves, since: 19, config: true},
	{name: "whatsapp-web.js", skips: puppeteerSkips, moves: puppeteerMoves, config: true},
	{name: "cypress", skips: "CYPRESS_INSTALL_BINARY", moves: "CYPRESS_CACHE_FOLDER"},
	{name: "playwright-chromium", skips: "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", moves: "PLAYWRIGHT_BROWSERS_PATH"},
	{name: "electron", skips: "ELECTRON_SKIP_BINARY_DOWNLOAD"},
}

// Files are the names under which Puppeteer looks for its configuration, from the
// directory of the project upwards (pptr.dev/guides/configuration).
var Files = []string{
	".puppeteerrc.cjs", ".puppeteerrc.js", ".puppeteerrc", ".puppeteerrc.json", ".puppeteerrc.yaml", "puppeteer.config.cjs", "puppeteer.config.js",
}

var (
	// besideIt matches a cache directory that is named from the configuration's own.
	besideIt = lazyregexp.New(`cacheDirectory['"]?\s*:\s*[^,\n]*(__dirname|['"]\.{0,2}/?\.?[A-Za-z])`)
	skipped  = lazyregexp.New(`skipDownload['"]?\s*:\s*true`)
	major    = lazyregexp.New(`^[\^~=v ]*([0-9]+)(\.|$)`)
)

// InHome returns the dependency of the package whose install puts a browser into the home
// of the user that installs it, "" for none. env has the variables of the image; config is
// the text of the Puppeteer configuration that the install sees, "" for none.
func InHome(dependencies map[string]string, env stage.State, config string) string {
	for _, d := range downloads {
		if version := dependencies[d.name]; version != "" && d.inHome(version, env, config) {
			return d.name
		}
	}
	return ""
}

func (d download) inHome(version string, env stage.State, config string) bool {
	isSet := func(name string) bool { _, ok := env.EnvVar(name); return ok }
	switch m := major.FindStringSubmatch(version); {
	case slices.ContainsFunc(strings.Fields(d.skips+" "+d.moves), isSet):
		return false
	case d.config && (besideIt.MatchString(config) || skipped.MatchString(config)):
		return false
	case d.since == 0 || m == nil:
		return true
	default:
		n, err := strconv.Atoi(m[1])
		return err != nil || n >= d.since
	}
}

// Skipped reports whether the install of that package downloads nothing, because a
// variable says so.
func Skipped(name string, env stage.State) bool {
	i := slices.IndexFunc(downloads, func(d download) bool { return d.name == name })
	return i >= 0 && slices.ContainsFunc(strings.Fields(downloads[i].skips), func(skip string) bool {
		value, ok := env.EnvVar(skip)
		return ok && (value != "0" && value != "false" && value != "" || name == "cypress" && value == "0")
	})
}
