package transforms

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks for programs that write into node_modules at every start.

// modulesWriters are programs that keep a cache in node_modules while they serve,
// with the subcommands that do; "" stands for all (vite.dev, "cacheDir" and the
// compiled configuration in .vite-temp; babel-loader and terser, by find-cache-dir).
var modulesWriters = map[string]string{
	"vite": "", "react-scripts": "start", "craco": "start", "react-app-rewired": "start", "vue-cli-service": "serve", "astro": "dev preview", "nuxt": "dev", "nuxi": "dev",
	"gatsby": "develop", "webpack-dev-server": "", "storybook": "dev", "start-storybook": "", "parcel": "serve watch", "quasar": "dev", "expo": "start", "vitepress": "dev",
	"babel-node": "",
}

// rootsModules tells of a program that the start runs as the stage's own user, and
// that writes into a node_modules which a RUN of root's made; "" for none.
func rootsModules(p *fixer.Pass, run *chain.Run) (found string) {
	line := 0
	for i := range run.Steps {
		for _, in := range readInstalls(run.Steps, i) {
			name, _, _ := strings.Cut(run.Final.User.Text, ":")
			id := identity{user: name, name: name, uid: chain.Unknown}
			dir := in.step.Before.Workdir.Text
			modules := path.Join(dir, "node_modules")
			near := workload.Within(dir, run.Final.Workdir.Text) || workload.Within(run.Final.Workdir.Text, dir)
			if isRoot(in.step.Before.User.Text) && near && !givenBehind(run, i, id, modules, true) {
				line = in.step.In.Line
			}
		}
	}
	start := p.Workload(run).Start()
	if line == 0 || start == nil {
		return ""
	}
	start.All(func(c *workload.Command) bool {
		subs, ok := modulesWriters[c.Name]
		if ok && (subs == "" || c.Has(strings.Fields(subs)...)) {
			found = fmt.Sprintf("left so: %s writes into node_modules at every start, which line %d makes as root's", c.Name, line)
		}
		return found == ""
	})
	return found
}
