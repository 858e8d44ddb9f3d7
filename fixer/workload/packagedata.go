package workload

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds names of packages in files of data: an application may load what its
// settings list.

var (
	// dataOfNames matches the files that are read for names without quotes.
	dataOfNames = lazyregexp.New(`\.(?:ya?ml|toml|ini|cfg|conf|properties|json5|jsonc|env)$|(?:^|/)\.env(?:\.[\w.-]+)?$`)
	// otherTools matches files of the same kinds whose readers are not the application:
	// lock files, and the settings of what builds, checks and deploys it.
	otherTools = lazyregexp.New(`(?i)(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$|(?:^|/)(?:docker-bake|skaffold|kustomization|chart|helmfile|serverless|netlify|wrangler|vercel|fly|render|railway|nixpacks|heroku|apphosting|firebase|amplify|buildspec|cloudbuild|captain-definition|codecov|sonar-project|appveyor|azure-pipelines|bitbucket-pipelines|jenkinsfile|taskfile|lefthook|mkdocs|pyproject|cargo|poetry|pipfile|bunfig|rollbar|renovate|turbo|tilt|devspace|okteto|robots|humans|license|licence|readme|changelog|third[-_]?party[\w-]*|requirements[\w-]*)\.[\w.]+$` +
		`|(?:^|/)(?:pnpm-lock|pnpm-workspace)\.ya?ml$|[.-]lock\.[\w]+$|(?:^|/)\.env\.(?:example|sample|template|dist|test)$|(?:^|/)(?:docs?|k8s|kubernetes|helm|charts|terraform|ansible)/`)
)

// namesPackages reports whether a file is one of data that the application may read.
func namesPackages(name string) bool {
	dir := path.Dir(name)
	return dataOfNames.MatchString(name) && !otherTools.MatchString(name) && !IsDevelopmentFile(dir+"/") &&
		(!strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(path.Base(name), ".env"))
}

// data records the names in a file of data: values, keys and entries of lists that are
// one word, and those of node's options. Prose and comments name nothing.
func (s *usesScan) data(name, text string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "//") {
			continue
		}
		if before, _, ok := strings.Cut(line, " #"); ok {
			line = before
		}
		use := packageUse{file: name, order: s.order, line: number}
		if strings.Contains(line, "NODE_OPTIONS") {
			for word := range PackageWords(line) {
				s.add(s.out.named, word, use)
			}
		}
		for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune("[]{},=", r) }) {
			key, value, isPair := strings.Cut(part, ": ")
			if !isPair {
				key, value = strings.TrimSuffix(part, ":"), ""
			}
			for _, word := range []string{key, value} {
				word = strings.Trim(strings.TrimPrefix(strings.TrimSpace(word), "- "), "\"' \t")
				if word != "" && !strings.ContainsAny(word, " \t") {
					s.add(s.out.named, PackageName(word), use)
				}
			}
		}
	}
}

// manifestFields are those of package.json that name packages and that no application
// reads: npm's own ("package.json", docs.npmjs.com), those of other package managers, and
// those of tools that build, check and publish.
var manifestFields = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`name version description keywords homepage bugs license licenses author contributors maintainers funding files main module browser types typings bin man
		directories repository scripts type engines os cpu libc private publishConfig packageManager devEngines workspaces sideEffects exports
		dependencies devDependencies peerDependencies peerDependenciesMeta optionalDependencies bundleDependencies bundledDependencies overrides
		resolutions trustedDependencies dependenciesMeta pnpm yarn installConfig volta corepack allowScripts lavamoat
		babel browserslist eslintConfig eslintIgnore prettier stylelint lint-staged husky pre-commit pre-push simple-git-hooks commitlint config standard xo semistandard jest mocha ava nyc c8 tap tape vitest
		nodemonConfig ts-node tsup tsd swc rollup webpack parcel targets alias source postcss cssnano release semantic-release np auto release-it standard-version renovate size-limit bundlesize
		knip depcheck madge storybook msw nx turbo lerna wireit prisma proxy electron-builder build pkg nodeGypVersion gypfile contributes activationEvents vetur unpkg jsdelivr react-native expo`) {
		names[name] = true
	}
	return names
}()

// manifest records the packages that fields of package.json name for the application:
// "imports", which Node.js resolves, and those of its own.
func (s *usesScan) manifest(name, text string) {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &fields) != nil {
		return // npm could not read it either
	}
	l := &lines{text: text}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if manifestFields[key] {
			continue
		}
		use := packageUse{file: name, order: s.order, line: l.number(max(0, strings.Index(text, `"`+key+`"`)))}
		for _, word := range quotedWords(string(fields[key])) {
			s.add(s.out.named, PackageName(word), use)
		}
	}
}
