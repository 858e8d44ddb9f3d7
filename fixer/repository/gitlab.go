package repository

import "go.yaml.in/yaml/v4"

// gitlab reads the jobs of .gitlab-ci.yml (GitLab documentation, "CI/CD YAML
// syntax reference"): script and before_script run in one shell, in the root of
// the repository.
func (r *reader) gitlab(name string, text []byte) {
	r.pipeline(name, text)
	for _, doc := range r.yaml(name, text) {
		common := r.environment(name, nil, get(doc, "variables"))
		for _, p := range pairs(doc) {
			if get(p.value, "script") == nil && get(p.value, "before_script") == nil {
				continue
			}
			env := r.environment(name, common, get(p.value, "variables"))
			r.gitlabJob(name, p, &environ{env, map[string]value{"CI_PROJECT_DIR": literal(checkout)}})
		}
	}
}

// gitlabJob reads the command lines of a job. Each is a script of its own, in the
// directory that the line before left: other state of the job's shell is not followed.
func (r *reader) gitlabJob(name string, p pair, env *environ) {
	var lines []*yaml.Node
	for _, key := range []string{"before_script", "script"} {
		for _, item := range items(get(p.value, key)) {
			list := items(item) // lists in a list are joined
			if !r.spend(name, len(list)) {
				return
			}
			lines = append(lines, list...)
		}
	}
	s := script{dir: literal("."), own: ".", env: env, by: "job " + p.key}
	for _, n := range lines {
		n = target(n)
		if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!reference" {
			continue
		}
		s.text = n.Value
		s.place, s.block = inside(name, n)
		s.dir = r.script(s)
	}
}
