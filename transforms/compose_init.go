package transforms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
	"github.com/dockmend/dockmend/transforms/internal/services"
)

// ComposeInit has the engine put an init before node.
var ComposeInit = &fixer.Transform{
	ID:       "compose-init",
	Title:    "start the node of a service under the engine's init",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: "Adds init: true to each service whose image starts node without an init, where tini-init could not put one into it.",
		Why: `The kernel gives PID 1 no default reaction to signals: node without a SIGTERM handler keeps running, and docker compose down
waits for its timeout and kills it. The init is the engine's, and takes no package.`,
		Checks: []string{
			"Each known way to start the image leads to node, and none begins with an init",
			"No source, script or health check asks about PID 1, and nothing sends it a signal",
		},
		LeavesAlone: []string{
			"Images that are not built from a Dockerfile of the repository",
			"Services that say init: true or false, here or in a file that is merged with this one",
			"Services with an entrypoint of their own that is an init, and those that have another's processes",
			"Services with a merge key or an anchor that is used, and those that extend another",
		},
		NeedsUnsafe: []string{
			"The file says a version of the format that has no init: before 2.2, and of 3 before 3.7",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#init",
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#handling-kernel-signals",
		},
	},
	Run: composefile.On(func(p *composefile.Pass) error {
		services.Each(p, func(s services.Subject) { composeInit(p, s) })
		return nil
	}),
}

func composeInit(p *composefile.Pass, s services.Subject) {
	c := s.Image
	if !c.Own || !c.Node || s.IsToldFixed() || s.Stated("init").Line > 0 || slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return hasInit(m, c) }) {
		return
	}
	may := hasVersionFor(p)
	if c.NoInit != "" {
		may = may.And(fixer.Refusal(c.NoInit))
	}
	edits, err := s.Add("init", yamlfile.Bool(true))
	p.Change(p.At(s.Service), fixer.Finding{Problem: "node runs without an init", Change: "add init: true", Reason: "its image starts node, and has no init", Evidence: rights.Evidence(c)},
		may.And(s.Editable(err)), edits...)
}

// noInitBefore are the first minor versions of the file format that have init (Compose file
// reference, "Compose file versions and upgrading").
var noInitBefore = map[int]int{2: 2, 3: 7}

// hasVersionFor doubts where a file says a version of the format that has no init: docker stack
// and the docker-compose before 2 go by it, docker compose does not.
func hasVersionFor(p *composefile.Pass) fixer.Decision {
	_, version := p.File.Documents()[0].Get("version")
	if version = version.Resolve(); version == nil {
		return fixer.Decision{}
	}
	text, rest, _ := strings.Cut(version.Value, ".")
	major, err := strconv.Atoi(text)
	minor, _ := strconv.Atoi(rest) // none is 0
	if first, ok := noInitBefore[major]; err != nil || !ok || minor >= first {
		return fixer.Decision{}
	}
	return fixer.Doubt(fmt.Sprintf("docker stack and docker-compose 1 refuse it in version %s of the format (line %d)", version.Value, p.Line(version.Offset)))
}

// hasInit reports whether a service starts an init: its own, or that of its image.
func hasInit(m *compose.Service, c workload.Container) bool {
	own := m.Deployment.Entrypoint
	if own == nil {
		return c.Init != "" || len(m.Deployment.Command) > 0 && workload.IsInit(m.Deployment.Command[0])
	}
	return len(own) > 0 && (workload.IsInit(own[0]) || workload.Supervises(own[0]) != "")
}
