package smoke

import (
	"fmt"
	"strings"
)

// Pipeline is what a job of a pipeline does around a smoke test, as commands of a shell.
type Pipeline struct {
	Start []string // builds and starts the containers
	Check []string // looks at them: the smoke test
	Logs  []string // shows what they said
	Stop  []string // takes them down
}

// written says in a comment where the script comes from.
const written = "# dockmend smoke writes smoke.sh: put both beside the files, and write them anew when these change.\n"

// GitHub returns the steps of a job of GitHub Actions.
func (p Pipeline) GitHub() string {
	var b strings.Builder
	b.WriteString(written)
	step := func(name, condition string, commands []string) {
		fmt.Fprintf(&b, "- name: %s\n", name)
		if condition != "" {
			fmt.Fprintf(&b, "  if: %s\n", condition)
		}
		b.WriteString("  run: |\n")
		writeLines(&b, "    ", commands)
	}
	step("Start the containers", "", p.Start)
	step("Smoke test", "", p.Check)
	step("Logs of the containers", "failure()", p.Logs)
	step("Stop the containers", "always()", p.Stop)
	return b.String()
}

// GitLab returns a job of GitLab CI.
func (p Pipeline) GitLab() string {
	var b strings.Builder
	b.WriteString(written)
	b.WriteString("# Add what the runner takes to have an engine, such as image: docker:cli and services: [docker:dind].\n")
	b.WriteString("smoke-test:\n")
	part := func(key string, commands ...string) {
		fmt.Fprintf(&b, "  %s:\n    - |\n", key)
		writeLines(&b, "      ", commands)
	}
	part("script", append(append([]string{"set -e"}, p.Start...), p.Check...)...)
	failed := append(append([]string{`if [ "$CI_JOB_STATUS" != success ]; then`}, indented(p.Logs)...), "fi")
	part("after_script", append(failed, p.Stop...)...)
	return b.String()
}

// PodSecurity returns a step that has an API server judge manifests by the restricted Pod Security
// Standard, without starting anything. Their objects must be of the namespace, or of none.
//
// The policy is enforced for pods. Of what makes pods, such as a Deployment, the server only warns
// (Kubernetes documentation, "Pod Security Admission").
func PodSecurity(namespace string, files []string) string {
	var b strings.Builder
	b.WriteString("# In a job with a cluster that may be thrown away, such as one of kind.\n")
	b.WriteString("- name: Pod Security Standard\n  run: |\n")
	ns := Words([]string{namespace})
	commands := []string{
		"kubectl create namespace " + ns + " --dry-run=client --output=yaml | kubectl apply --filename=-",
		"kubectl label --overwrite namespace " + ns + " pod-security.kubernetes.io/enforce=restricted",
	}
	for _, f := range files {
		commands = append(commands, "kubectl apply --dry-run=server --warnings-as-errors --namespace "+ns+" --filename "+Words([]string{f}))
	}
	writeLines(&b, "    ", commands)
	return b.String()
}

func indented(lines []string) (list []string) {
	for _, l := range lines {
		list = append(list, "  "+l)
	}
	return list
}

func writeLines(b *strings.Builder, indent string, lines []string) {
	for _, l := range lines {
		b.WriteString(indent + l + "\n")
	}
}
