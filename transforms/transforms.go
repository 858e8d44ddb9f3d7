// Package transforms has the changes that dockmend makes, and the statements where it
// changes nothing, a file for each, named by its ID, and the order in which they run.
//
// Three things matter: [All], the ordered list for imagebuild.Run; [IDs], their names, for
// fixer.Options.KnownIDs, so that comments that ignore one of them are understood when
// others run; and each transform by itself, a value such as [NonrootUser], whose Doc says
// what it changes, verifies and leaves alone.
//
// A custom list may leave some out and add others, in the order of All: where a
// transform rests on another (RestsOn), its change is made only if the other did its
// part. The package opens no connection and no file, and prints nothing; what several
// transforms share is below internal/.
package transforms

import (
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// All returns the ordered list of the transforms, which is the caller's. The order is
// meaning:
//
//   - secret-in-image, end-of-life, development-start, health-check and
//     unchecked-download change nothing, and speak of the file as it came in;
//   - dockerignore decides which files the build context has: npm-ci, chown-copy and
//     others read it, and must find what the next run would;
//   - env-equals, maintainer-label, add-copy, npm-omit-dev and apt-no-recommends
//     change how one instruction is written, so that what comes after finds it in
//     its final form;
//   - exec-form makes commands that others can read and change word by word;
//   - direct-cmd decides what starts, and so whether an init must reach through
//     a package manager, and which packages the start needs;
//   - npm-ci asks for what the lock file says, on which npm-ci-stage relies;
//   - npm-ci-stage splits stages, so what is placed in one comes after it;
//   - pin-image comes before all that depends on what the base image holds, so that
//     they name the image as it is named in the end;
//   - tini-init installs a package, which root must do, and writes the ENTRYPOINT
//     before which USER is put;
//   - nonroot-user decides who the container runs as;
//   - chown-copy then gives that user its files, so it comes last of those for
//     Dockerfiles;
//   - compose-pin-image comes before what else Compose files say of their images;
//   - compose-user, compose-init, compose-read-only, compose-cap-drop and compose-no-new-privileges are for
//     Compose files, and rest on the users that the Dockerfiles have in the end;
//   - compose-seccomp comes after them, since what it adds counts for less than each of
//     them, and is the last option of security_opt;
//   - kube-user, kube-no-escalation, kube-read-only, kube-drop-caps, kube-seccomp and
//     kube-fs-group are for manifests, and
//     rest on the same.
func All() []*fixer.Transform {
	return []*fixer.Transform{
		SecretInImage,
		EndOfLife,
		DevelopmentStart,
		HealthCheck,
		UncheckedDownload,
		Dockerignore,
		EnvEquals,
		MaintainerLabel,
		AddCopy,
		NPMOmitDev,
		AptNoRecommends,
		FreeID,
		PackagesAsRoot,
		ExecForm,
		DirectCmd,
		NPMCI,
		NPMCIStage,
		PinImage,
		TiniInit,
		NonrootUser,
		ChownCopy,
		ComposePinImage,
		ComposeUser,
		ComposeInit,
		ComposeReadOnly,
		ComposeCapDrop,
		ComposeNoNewPrivileges,
		ComposeSeccomp,
		KubeUser,
		KubeNoEscalation,
		KubeReadOnly,
		KubeDropCaps,
		KubeSeccomp,
		KubeFSGroup,
	}
}

// Of returns those of All that are for one kind of document, in their order.
func Of(kind document.Kind) []*fixer.Transform {
	return slices.DeleteFunc(All(), func(t *fixer.Transform) bool { return t.Kind != kind })
}

// IDs returns the names of all transforms, in their order.
func IDs() []string {
	var ids []string
	for _, t := range All() {
		ids = append(ids, t.ID)
	}
	return ids
}
