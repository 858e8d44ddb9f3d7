package transforms

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/pin"
	"github.com/dockmend/dockmend/transforms/internal/services"
)

// ComposePinImage names the images of services so that the names keep their meaning.
var ComposePinImage = &fixer.Transform{
	ID:       "compose-pin-image",
	Title:    "name a service's image by a version that stays",
	Since:    "0.1.0",
	Kind:     compose.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces a tag that moves in the image: of a service, such as latest or 7, with the version that it means now, or adds its
digest, as pin-image does in a Dockerfile.`,
		Why: `The same file starts another program on the next machine, and after the next docker compose pull, without a commit that
says so.`,
		Checks: []string{
			"Old and new tag have the same digest at the registry: that of the index, so for all platforms",
			"The service keeps no data: it mounts nothing that it may write, and its image declares no volume",
		},
		LeavesAlone: []string{
			"Images that a build of the service or of the repository makes, and names with a variable",
			"Images whose registry can't be asked, and full versions, digests, and releases of Debian and Ubuntu",
			"Services that keep data: which version wrote them is not known",
			"Services with a merge key or an anchor that is used, and those that extend another",
		},
		NeedsUnsafe: []string{
			"An engine that has the image does not ask for it again: it may run an older one (not with pull_policy: always)",
			"Adding a digest where the publisher is not known to keep old images, unless --pin=digest asks for it",
		},
		See: []string{
			"https://docs.docker.com/reference/compose-file/services/#image",
			"https://docs.docker.com/reference/compose-file/services/#pull_policy",
		},
	},
	Flags: []*fixer.Flag{pin.Style},
	Run: composefile.On(func(p *composefile.Pass) error {
		services.Each(p, func(s services.Subject) { composePin(p, s) })
		return nil
	}),
}

func composePin(p *composefile.Pass, s services.Subject) {
	key, value := s.Node.Get("image")
	name := value.Resolve()
	if build, _ := s.Node.Get("build"); build != nil || key == nil || name.Kind != yamlfile.Scalar || s.Image.Own ||
		slices.ContainsFunc(s.Means, func(m *compose.Service) bool { return m.Image != name.Value || m.Build != nil }) {
		return
	}
	if _, err := p.Inspect(name.Value, baseimage.AskConfig); err != nil {
		return // compose-user says so
	}
	c, pinned, ok := pin.Of(name.Value, p.Options, p.Inspect)
	if !ok {
		return
	}
	may := c.May.And(keepsData(p, s, name.Value))
	if _, policy := s.Node.Get("pull_policy"); policy.Resolve() == nil || policy.Resolve().Value != "always" {
		may = may.And(fixer.Doubt("an engine that has the image may run an older one"))
	}
	edits, err := s.Set(key, value, yamlfile.String(pinned))
	p.Change(p.At(s.Service), fixer.Finding{Problem: c.What, Change: c.Change, Reason: c.Why, Evidence: c.By}, may.And(s.Editable(err)), edits...)
}

// keepsData refuses what gives a service another program than the one that may have written
// its data.
func keepsData(p *composefile.Pass, s services.Subject, image string) fixer.Decision {
	for _, m := range s.Means {
		i := slices.IndexFunc(m.Deployment.Mounts, func(mount workload.Mount) bool {
			return !mount.ReadOnly && (mount.Kind == workload.Bind || mount.Kind == workload.Volume)
		})
		if i >= 0 {
			return fixer.Refusal(fmt.Sprintf("%s mounts data, of which is not known what version wrote it", m.Deployment.Mounts[i].Place))
		}
	}
	if facts, err := p.Inspect(image, baseimage.AskConfig); err == nil && facts.Config != nil && len(facts.Config.Volumes) > 0 {
		return fixer.Refusal("the image keeps data in " + facts.Config.Volumes[0])
	}
	return fixer.Decision{}
}
