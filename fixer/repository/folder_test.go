package repository

import (
	"testing"
)

// TestImageOfAFolder: an image that no build names may be that of a Dockerfile in a folder of its
// name, or of its name after what an organization puts before.
func TestImageOfAFolder(t *testing.T) {
	for image, want := range map[string]bool{
		"someone/express-api:1":     true,
		"someone/hlf-express-api":   true,
		"someone/hlf_express-api":   true,
		"someone/express-api-proxy": false,
		"someone/api":               false, // a word alone
		"express-api":               true,
	} {
		manifest := "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: " + image + "\n    volumeMounts: [{name: a, mountPath: /tmp/crypto}]\n  volumes: [{name: a, persistentVolumeClaim: {claimName: a}}]\n"
		links := Read(files(map[string]string{"k8s/pod.yaml": manifest}, "express-api/Dockerfile", "docker/Dockerfile"))
		alike := false
		for _, d := range links.Deployments("express-api/Dockerfile") {
			alike = alike || d.Alike
		}
		if alike != want {
			t.Errorf("%s: %v", image, alike)
		}
	}
}
