package nginx

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file decides whether a stage hands on a file of the build context as it is.

// builders are programs that make files of other names from what they find: package
// managers, and the compilers that scripts of package.json call.
var builders = strings.Fields(`npm npx yarn pnpm corepack tsc vite vue-tsc ng webpack react-scripts vue-cli-service astro gatsby parcel rollup esbuild
	apk apt apt-get echo mkdir set true test export cd`)

// handsOn reports whether a stage gives on a file that it took from the build context:
// its RUNs are builders that don't name the file, and no script of the context does.
func (n *Server) handsOn(from, file string) bool {
	nodes := n.pass.Graph.Nodes
	i := slices.IndexFunc(nodes, func(o *stage.Node) bool { return o.Stage.Name == strings.ToLower(from) })
	if i < 0 {
		return false
	}
	if _, named := n.pass.Files().NameOf(path.Base(file)); named {
		return false
	}
	return !slices.ContainsFunc(nodes[i].Eval(nil).Steps, func(s stage.Step) bool {
		if c, ok := s.Before.Copy(s.In); ok {
			return c.From != ""
		}
		return s.In.Name() == "RUN" && !buildsElse(s, path.Base(file))
	})
}

// buildsElse reports whether a RUN calls builders alone, and names neither the file nor a
// pattern that may match it.
func buildsElse(s stage.Step, file string) bool {
	script, err := s.Script()
	if err != nil || script == nil || len(script.Writes) > 0 || strings.Contains(steps.Text(s.In), file) {
		return false
	}
	for _, c := range script.Calls {
		if !slices.Contains(builders, c.Name) || !c.Known() {
			return false
		}
	}
	return true
}
