package repository

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// workflow reads a GitHub Actions workflow: the steps that use
// docker/build-push-action, and those that run command lines (GitHub documentation,
// "Workflow syntax").
func (r *reader) workflow(name string, text []byte) {
	for _, doc := range r.yaml(name, text) {
		env := r.environment(name, nil, get(doc, "env"))
		folder := get(doc, "defaults", "run", "working-directory")
		for _, p := range pairs(get(doc, "jobs")) {
			j := job{reader: r, file: name, name: p.key, env: r.environment(name, env, get(p.value, "env")), folder: folder}
			if own := get(p.value, "defaults", "run", "working-directory"); own != nil {
				j.folder = own
			}
			r.workflowJob(name, p.value)
			for _, step := range items(get(p.value, "steps")) {
				j.step(target(step))
			}
		}
	}
}

// environ are the variables that a place of a workflow sets, on top of those
// around it.
type environ struct {
	around *environ
	own    map[string]value
}

// environment returns env with what a node sets on top.
func (r *reader) environment(name string, env *environ, n *yaml.Node) *environ {
	own := pairs(n)
	if len(own) == 0 || !r.spend(name, 16*len(own)) {
		return env
	}
	e := &environ{env, map[string]value{}}
	for _, p := range own {
		e.own[p.key] = scalar(p.value)
	}
	return e
}

func (e *environ) get(name string) value {
	for ; e != nil; e = e.around {
		if v, ok := e.own[name]; ok {
			return v
		}
	}
	return value{}
}

// job is one job of a workflow.
type job struct {
	reader     *reader
	file, name string
	env        *environ
	folder     *yaml.Node // where its commands run
	images     []string   // that docker/metadata-action makes tags for
}

func (j *job) step(step *yaml.Node) {
	if step == nil || !j.reader.spend(j.file, 16*len(step.Content)) {
		return
	}
	env := j.reader.environment(j.file, j.env, get(step, "env"))
	uses := scalar(get(step, "uses")).text
	action, _, _ := strings.Cut(uses, "@")
	switch {
	case action == "docker/metadata-action":
		for line := range strings.FieldsSeq(j.expand(get(step, "with", "images"), env).text) {
			j.images = append(j.images, line)
		}
	case action == "docker/build-push-action":
		j.action(step, env)
	case strings.Contains(action, "ssh"): // appleboy/ssh-action and its kind run it on a server
		if lines := get(step, "with", "script"); lines != nil {
			s := script{text: masked(expressions(lines.Value, env)), own: ".", by: "job " + j.name}
			s.place, s.block = inside(j.file, lines)
			j.reader.remote(s)
		}
	}
	run := get(step, "run")
	if run == nil {
		return
	}
	folder := j.folder
	if own := get(step, "working-directory"); own != nil {
		folder = own
	}
	dir, why := local(literal("."), j.expand(folder, env))
	s := script{text: masked(expressions(run.Value, env)), dir: value{dir, why == ""}, own: ".", by: "job " + j.name}
	s.env = &environ{env, map[string]value{"GITHUB_WORKSPACE": literal(checkout)}}
	s.place, s.block = inside(j.file, run)
	j.reader.script(s)
}

// action reads the inputs of docker/build-push-action (its README, "inputs"). Without
// a context input, the context is the repository as Git has it.
func (j *job) action(step *yaml.Node, env *environ) {
	with := get(step, "with")
	input := func(key string) value { return j.expand(get(with, key), env) }
	b := build{}
	b.By, b.Place = "job "+j.name, at(j.file, get(step, "uses"))
	context := input("context")
	if context.text == "" && context.known {
		context = literal(".")
	}
	b.target(input("target"))
	b.platforms(input("platforms"))
	b.network(input("network").text, at(j.file, get(with, "network")))
	b.paths(literal("."), context, literal("."), input("file"))
	for line := range strings.SplitSeq(j.expandLines(get(with, "build-args"), env), "\n") {
		if name, text, has := strings.Cut(strings.TrimSpace(line), "="); has {
			b.arg(strings.TrimSpace(name), value{text, !strings.Contains(text, "${{")})
		}
	}
	for line := range strings.SplitSeq(j.expandLines(get(with, "build-contexts"), env), "\n") {
		name, source, _ := strings.Cut(line, "=")
		b.namedContext(name, source, at(j.file, get(with, "build-contexts")))
	}
	tags := j.expandLines(get(with, "tags"), env)
	for tag := range strings.FieldsFuncSeq(tags, func(c rune) bool { return c == '\n' || c == ',' }) {
		tag = strings.TrimSpace(tag)
		// The name may be known although the version is not.
		if name, _, has := strings.Cut(tag, ":${{"); has {
			tag = name
		}
		b.tag(value{tag, !strings.Contains(tag, "${{")})
	}
	if strings.Contains(tags, ".tags") {
		b.tags = append(b.tags, j.images[:min(len(j.images), maxValues)]...)
	}
	j.reader.add(b)
}

// expand returns the text of a scalar with its expressions substituted; it is unknown
// if one of them is.
func (j *job) expand(n *yaml.Node, env *environ) value {
	text := j.expandLines(n, env)
	return value{text, !strings.Contains(text, "${{") && !strings.Contains(text, "{{default")}
}

func (j *job) expandLines(n *yaml.Node, env *environ) string {
	if n = target(n); n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	text := expressions(n.Value, env)
	return strings.ReplaceAll(text, "{{defaultContext}}:", checkout+"/")
}

var expression = lazyregexp.New(`\$\{\{\s*([\w.-]*)[^}]*\}\}`)

// expressions substitutes what is known: the workspace, and the variables that the
// workflow sets to a literal, as long as the text is not longer than a file.
func expressions(text string, env *environ) string {
	left := maxFile - len(text)
	return expression.ReplaceAllStringFunc(text, func(all string) string {
		name := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(all, "${{"), "}}"))
		if name == "github.workspace" {
			return checkout
		}
		name, ok := strings.CutPrefix(name, "env.")
		v := env.get(name)
		if !ok || !v.known || len(v.text) > min(maxVariable, left) || !plainPath.MatchString(v.text) {
			return all
		}
		left -= len(v.text)
		return v.text
	})
}

// masked replaces each expression by an unknown variable, so that a shell can read the
// text.
func masked(text string) string {
	return expression.ReplaceAllStringFunc(text, func(all string) string {
		lines := strings.Count(all, "\n")
		return "${__expression__}" + strings.Repeat("\\\n", lines)
	})
}
