package transforms

import (
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/transforms/internal/pin"
)

// PinImage names the images that a Dockerfile is built from so that the names
// stay theirs.
var PinImage = &fixer.Transform{
	ID:     "pin-image",
	Title:  "name images by a version that stays",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Writes the most specific version in the place of a tag that names another image from time to time, such as latest, lts
or 20: in FROM, in COPY --from and RUN --mount=from, and in the default of an ARG that nothing but FROM uses. With
--pin=digest the tag stays, and the digest of what it names is added; so it is where no version tag names the image.
Without a tag, latest is written in front of a digest: what is followed can then be read, by people and by the programs
that bring digests up to date. Registry, repository, variant, --platform and everything else stay as they are written.`,
		Why: `The same Dockerfile gives another image tomorrow: FROM node is Node.js 24 until the day when it is 25, and a build that
worked breaks, or changes what it ships, without a commit that says so.`,
		Safety: `The version is read from the image's own configuration. A tag is written only when the registry says that it names the
very digest that the old one names now: of the index, for all platforms, and so of the same image. A digest is written
where the publisher is known to keep them (Docker's official images, Distroless, Red Hat, Microsoft) or with --pin=digest;
elsewhere only with --unsafe, as the image may be the project's own, or its registry may delete what no tag names any more.
What can't be asked (no network, too many requests, no login) leaves the line as it is. Left alone as well: versions in
full, digests, releases of Debian and Ubuntu, images of Windows, whose tags are bound to the host's version, images found
on this machine, and an ARG that something else uses or that --build-arg sets.`,
		See: []string{
			"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
			"https://github.com/docker-library/faq#tags-and-stability",
			"https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",
		},
	},
	Flags: []*fixer.Flag{pin.Style},
	Run:   pinImages,
}

func pinImages(p *fixer.Pass) error {
	for _, c := range pin.Images(p) {
		p.Change(c.At, fixer.Finding{Problem: c.What, Change: c.Change, Reason: c.Why}, c.May, c.Edit)
	}
	return nil
}
