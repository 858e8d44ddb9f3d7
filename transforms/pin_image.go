package transforms

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms/internal/pin"
)

// PinImage names the images that a Dockerfile is built from so that the names keep
// their meaning.
var PinImage = &fixer.Transform{
	ID:       "pin-image",
	Title:    "name images by a version that stays",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces a tag that moves, such as latest, lts or 20, with the most specific version: in FROM, COPY --from and
RUN --mount=from, and in the default of an ARG that only FROM uses. With --pin=digest, or where no version tag names the
image, the tag stays and its digest is added. Without a tag, latest is written before the digest, so that people and update
programs see what it follows. Registry, repository, variant and --platform stay as they are written.`,
		Why: `The same Dockerfile gives another image tomorrow: FROM node is Node.js 24 until the day when it is 25, and a build that
worked breaks, or changes what it ships, without a commit that says so.`,
		Checks: []string{
			"The version comes from the image's own configuration",
			"Old and new tag have the same digest at the registry: that of the index, so for all platforms",
		},
		LeavesAlone: []string{
			"Images whose registry can't be asked: no network, no login, too many requests",
			"Full versions, digests, and releases of Debian and Ubuntu",
			"Windows images: their tags must match the host's version",
			"Images that were found on this machine",
			"Names that a named context (--build-context, additional_contexts, bake) takes the place of",
			"An ARG that something else uses, that has no default, or that --build-arg sets",
		},
		NeedsUnsafe: []string{
			"Adding a digest where the publisher is not known to keep old images, unless --pin=digest asks for it",
			"Publishers known to keep them are Docker's official images, Distroless, Red Hat and Microsoft",
		},
		See: []string{
			"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
			"https://github.com/docker-library/faq#tags-and-stability",
			"https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",
		},
	},
	Flags: []*fixer.Flag{pin.Style},
	Run:   imagebuild.On(pinImages),
}

func pinImages(p *imagebuild.Pass) error {
	for _, c := range pin.Images(p) {
		p.Change(c.At, fixer.Finding{Problem: c.What, Change: c.Change, Reason: c.Why, Evidence: c.By}, c.May, c.Edit)
	}
	return nil
}
