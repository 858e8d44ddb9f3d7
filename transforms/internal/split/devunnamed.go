package split

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file knows dev dependencies that are used although nothing that is read names
// them.

// compilers are programs and packages that compile the sources at start: with what
// their configuration names (.babelrc, nodemon.json, the fields of package.json), and
// with peers such as typescript.
var compilers = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`nodemon ts-node ts-node-dev ts-node-esm ts-node-script tsnd tsx tsc tsup ttsc swc swc-node esbuild-register babel
		babel-node babel-register babel-watch @babel/register @babel/node @swc-node/register @esbuild-kit/esm-loader @esbuild-kit/cjs-loader sucrase
		webpack webpack-dev-server rollup vite vite-node parcel gulp grunt nest ng vue-cli-service react-scripts react-app-rewired craco node-dev supervisor
		coffee require-ts esno`) {
		names[name] = true
	}
	return names
}()

// compilerIn returns the compiler that a call starts, or makes node load; "" for none.
func compilerIn(c shell.Call) string {
	if compilers[c.Name] {
		return c.Name
	}
	for _, a := range c.Args {
		if name := namedPackage(a.Text, compilers); name != "" {
			return name
		}
	}
	return ""
}

// loads are the packages that others load under another name: a database's, or an
// option's.
var loads = map[string][]string{
	"sequelize": drivers, "sequelize-typescript": drivers, "typeorm": drivers, "knex": drivers, "objection": drivers, "bookshelf": drivers, "waterline": drivers,
	"config": strings.Fields("js-yaml yaml toml json5 hjson properties cson coffeescript ts-node xml2js"),
	"keyv":   strings.Fields("@keyv/redis @keyv/sqlite @keyv/postgres @keyv/mysql @keyv/mongo @keyv/memcache @keyv/etcd"),
	"pino":   {"pino-pretty"}, "pino-http": {"pino-pretty"}, "fastify": {"pino-pretty"}, "hapi-pino": {"pino-pretty"},
}

// loadedUnnamed returns a package that would be gone, and that one which stays may
// load; "" for none.
func loadedUnnamed(m *npm.Manifest, gone map[string]bool) string {
	for _, name := range slices.Sorted(maps.Keys(loads)) {
		if m.Dependencies[name] == "" {
			continue
		}
		for _, other := range loads[name] {
			if m.DevDependencies[other] != "" && gone[other] {
				return fmt.Sprintf("%s may load %s", name, other)
			}
		}
	}
	return ""
}

// prefixed matches an import whose name begins with a text and goes on with a value.
var prefixed = lazyregexp.New("\\b(?:require|require\\.resolve|import)\\(\\s*(?:`([@\\w./-]*)\\$\\{|['\"]([@\\w./-]+)['\"]\\s*\\+)")

// readsDevDependencies matches a source that reads which packages are for development.
var readsDevDependencies = lazyregexp.New(`\bdevDependencies\b`)

// loadedByPrefix returns what loads packages by the beginning of their names: a source, or a
// program that stays.
func (sp *Split) loadedByPrefix(gone map[string]bool) string {
	listed := func(prefix string) string {
		for _, name := range slices.Sorted(maps.Keys(gone)) {
			if _, ok := sp.project.Manifest.DevDependencies[name]; ok && prefix != "" && strings.HasPrefix(name, prefix) {
				return name
			}
		}
		return ""
	}
	for _, host := range slices.Sorted(maps.Keys(families)) {
		for _, prefix := range families[host] {
			if name := listed(prefix); name != "" && sp.project.Manifest.Dependencies[host] != "" {
				return fmt.Sprintf("%s stays, and may load %s", host, name)
			}
		}
	}
	if sp.pass.Files() == nil {
		return ""
	}
	found := ""
	file := sp.pass.Files().SourceMatching(func(text string) bool {
		for _, m := range prefixed.FindAllStringSubmatch(text, maxPrefixes) {
			if prefix := cmp.Or(m[1], m[2]); !strings.HasPrefix(prefix, ".") && !strings.HasPrefix(prefix, "/") {
				found = cmp.Or(found, listed(prefix))
			}
		}
		return found != ""
	}, "")
	if file != "" {
		return fmt.Sprintf("%s may load %s", file, found)
	}
	if file := sp.pass.Files().SourceMatching(readsDevDependencies.MatchString, ""); file != "" {
		return file + " reads devDependencies"
	}
	return ""
}

// maxPrefixes bounds the imports of one source that are looked at.
const maxPrefixes = 100

// variableNames returns a variable of the image, or of a deployment, whose value names a
// package that would be gone: NODE_OPTIONS any, others one that package.json lists.
func (sp *Split) variableNames(gone map[string]bool) string {
	for _, e := range sp.run.Final.Env {
		name, value, _ := strings.Cut(e, "=")
		if pkg := sp.valueNames(name, value, gone); pkg != "" {
			return fmt.Sprintf("the variable %s names %s", name, pkg)
		}
	}
	for _, d := range slices.Concat(sp.pass.Deployments, sp.pass.Perhaps) {
		for _, v := range d.Env {
			if !v.Known && v.Name == "NODE_OPTIONS" {
				return fmt.Sprintf("%s sets NODE_OPTIONS to what is not known", v.Place)
			}
			if pkg := sp.valueNames(v.Name, v.Value, gone); pkg != "" && v.Known {
				return fmt.Sprintf("%s sets %s, which names %s", v.Place, v.Name, pkg)
			}
		}
	}
	return ""
}

// valueNames returns the package that would be gone and that the value of a variable
// names, "" for none.
func (sp *Split) valueNames(name, value string, gone map[string]bool) string {
	for word := range workload.PackageWords(value) {
		pkg := ""
		if gone[word] {
			pkg = word
		}
		if name == "NODE_OPTIONS" && compilers[word] {
			pkg = word
		}
		if pkg != "" && (name == "NODE_OPTIONS" || sp.project.Manifest.DevDependencies[pkg] != "") {
			return pkg
		}
	}
	return ""
}

// environmentNeeds returns what in node's options in the environment needs such a
// package, "" for nothing.
func (sp *Split) environmentNeeds(gone map[string]bool) string {
	options, _ := sp.run.Final.EnvVar("NODE_OPTIONS")
	if name := mentioned(options+" "+sp.project.Setting(sp.run.Final, "node-options"), gone); name != "" {
		return "NODE_OPTIONS names " + name
	}
	return ""
}

// drivers are packages that Sequelize, TypeORM, Knex and similar ones load by the
// name of a dialect.
var drivers = strings.Fields("pg pg-hstore pg-native pg-query-stream mysql mysql2 mariadb sqlite3 better-sqlite3 sql.js tedious mssql oracledb snowflake-sdk ibm_db mongodb redis ioredis")

// helpers are packages that compilers import into what they make, though no source does
// (typescriptlang.org, "importHelpers"; swc.rs, "externalHelpers"; babeljs.io,
// "@babel/plugin-transform-runtime", "preset-env").
var helpers = strings.Fields("tslib @swc/helpers @babel/runtime @babel/runtime-corejs2 @babel/runtime-corejs3 core-js regenerator-runtime @oxc-project/runtime")

// families are programs that load packages by what their own settings call them, without the
// beginning of the name.
var families = map[string][]string{
	"eslint": {"eslint-config-", "eslint-plugin-"}, "stylelint": {"stylelint-"}, "prettier": {"prettier-plugin-"}, "textlint": {"textlint-"}, "markdown-it": {"markdown-it-"}, "metalsmith": {"metalsmith-"},
}

// loadedByName returns a package that others load though no source names it.
func (sp *Split) loadedByName(gone map[string]bool) string {
	for _, name := range drivers {
		if _, listed := sp.project.Manifest.DevDependencies[name]; listed && gone[name] {
			return name + " may be loaded by the name of its database"
		}
	}
	for _, name := range helpers {
		if _, listed := sp.project.Manifest.DevDependencies[name]; listed && gone[name] {
			return name + " is for what a compiler imports"
		}
	}
	if why := sp.loadedByPrefix(gone); why != "" {
		return why
	}
	for _, host := range []string{"@babel/core", "babel-core"} {
		if sp.project.Lock.Has(host) && !gone[host] {
			for _, name := range slices.Sorted(maps.Keys(gone)) {
				if _, listed := sp.project.Manifest.DevDependencies[name]; listed && strings.Contains(name, "babel") {
					return fmt.Sprintf("%s stays, and may load %s", host, name)
				}
			}
		}
	}
	if sp.project.Lock.Version == 1 && gone["typescript"] && sp.project.Lock.Has("ts-node") && !gone["ts-node"] {
		return "ts-node stays, and loads typescript" // a peer, which this lock file does not list
	}
	return ""
}
