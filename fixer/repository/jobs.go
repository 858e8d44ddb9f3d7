package repository

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds the images that jobs of CI and devcontainers run their own commands in.

// pipelines are the files of CI services whose jobs run in images.
var pipelines = lazyregexp.New(`^(?:\.circleci/[^/]+\.ya?ml|\.(?:drone|woodpecker|cirrus)\.ya?ml|\.woodpecker/[^/]+\.ya?ml|\.buildkite/[^/]+\.ya?ml|\.gitlab/(?:[^/]+/)*[^/]+\.ya?ml|(?:azure|bitbucket)-pipelines[\w.-]*\.ya?ml)$`)

// notOfJobs are the keys below which an image is none that a job runs in.
var notOfJobs = words("services with inputs env environment variables settings params parameters args")

// maxJobNodes bounds the nodes of a file that are searched for images.
const maxJobNodes = 20_000

// pipeline reads the file of a CI service: the images of its jobs are those of the keys
// image and container.
func (r *reader) pipeline(name string, text []byte) {
	for _, doc := range r.yaml(name, text) {
		j := jobs{reader: r, file: name, left: maxJobNodes, env: r.environment(name, nil, get(doc, "variables"))}
		j.below(doc, path.Dir(name) == ".circleci")
	}
}

// jobs finds the images of a file's jobs.
type jobs struct {
	*reader
	file string
	env  *environ
	left int
}

// below searches a node. inLists: only the first image of a list below the key docker is one
// that a job runs in, as CircleCI has it.
func (j *jobs) below(n *yaml.Node, inLists bool) {
	if n = target(n); n == nil || j.left <= 0 {
		return
	}
	j.left--
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			j.below(item, inLists)
		}
		return
	}
	for _, p := range pairs(n) {
		switch {
		case notOfJobs[p.key]:
		case inLists && p.key == "docker":
			if list := items(p.value); len(list) > 0 {
				j.image(get(list[0], "image"), scalar(get(list[0], "user")).text)
			}
		case !inLists && (p.key == "image" || p.key == "container"):
			j.container(n, p.value)
		default:
			j.below(p.value, inLists)
		}
	}
}

// userOption matches the option of docker run that sets a user.
var userOption = lazyregexp.New(`(?:^|\s)(?:--user|-u)[ =]*["']?([\w:-]+)`)

// container records the image of a job, a text or a mapping.
func (j *jobs) container(job, n *yaml.Node) {
	user := scalar(get(n, "user")).text
	if m := userOption.FindStringSubmatch(scalar(get(n, "options")).text); m != nil {
		user = m[1]
	}
	if own := get(n, "docker", "user"); own != nil {
		user = scalar(own).text
	}
	for _, key := range []string{"image", "name"} {
		if image := get(n, key); image != nil {
			j.image(image, user)
			return
		}
	}
	j.image(n, scalar(get(job, "user")).text)
}

// image records an image that a job runs in.
func (j *jobs) image(n *yaml.Node, user string) {
	if n = target(n); n == nil || n.Kind != yaml.ScalarNode {
		return
	}
	image := use.ReplaceAllStringFunc(n.Value, func(all string) string {
		m := use.FindStringSubmatch(all)
		if v := j.env.get(m[1] + m[3]); v.known && v.text != "" && len(v.text) <= maxVariable {
			return v.text
		}
		return all
	})
	j.job(image, user, at(j.file, n))
}

// job records a run whose commands are a job's own.
func (r *reader) job(image, user string, place workload.Place) {
	d := run{image: image, dir: path.Dir(place.File)}
	d.Name, d.Place, d.User, d.Job = "job", place, user, true
	if image != "" && len(r.jobs) < maxLinks {
		r.jobs = append(r.jobs, d)
	}
}

// workflowJob reads the container of a job of a GitHub workflow, and the steps that run in
// an image.
func (r *reader) workflowJob(name string, job *yaml.Node) {
	if container := get(job, "container"); container != nil {
		j := jobs{reader: r, file: name}
		j.container(nil, container)
	}
	for _, step := range items(get(job, "steps")) {
		if uses := get(step, "uses"); uses != nil {
			if image, ok := strings.CutPrefix(uses.Value, "docker://"); ok {
				r.job(image, "", at(name, uses))
			}
		}
	}
}

// deployJobs gives the jobs to the Dockerfiles whose images they run in: those that a build
// gives that name; or the repository's only one, where an earlier job hands over the name.
func (r *reader) deployJobs(l *Links, a *attribution, d *deriver) {
	for _, job := range r.jobs {
		list := d.makersOf(job.image)
		if list == nil && a.only != "" && strings.HasPrefix(writtenName(job.image), "$needs.") {
			list = []string{a.only}
		}
		a.deploy(l, list, job)
	}
}

// comments matches a comment of JSONC; or a text, which may have its marks.
var comments = lazyregexp.New(`"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*(?s:.*?)\*/`)

// devcontainer reads how an editor builds and enters the image of a Dockerfile or a Compose
// service (containers.dev, "Dev Container metadata reference").
func (r *reader) devcontainer(name string, text []byte) {
	plain := comments.ReplaceAllStringFunc(strings.ReplaceAll(string(text), "\t", " "), func(s string) string {
		if strings.HasPrefix(s, `"`) {
			return s
		}
		return strings.Repeat("\n", strings.Count(s, "\n"))
	})
	for _, doc := range r.yaml(name, []byte(plain)) {
		d := run{dir: path.Dir(name)}
		d.Name, d.Place, d.Job = "devcontainer", workload.Place{File: name, Line: 1}, true
		for _, key := range []string{"containerUser", "remoteUser"} {
			if user := get(doc, key); user != nil {
				d.User = scalar(user).text
			}
		}
		file := get(doc, "build", "dockerfile")
		if file == nil {
			file = get(doc, "dockerFile")
		}
		service := get(doc, "service")
		switch composed := items(get(doc, "dockerComposeFile")); {
		case file != nil:
			if d.dockerfile = r.isIn(literal(d.dir), "", scalar(file).text); d.dockerfile != "" {
				d.Place = at(name, file)
				r.deploy(d)
			}
		case service != nil && len(composed) > 0:
			dev := devContainer{service: scalar(service).text, place: at(name, service)}
			for _, file := range composed {
				if path, why := local(literal(d.dir), scalar(file)); why == "" {
					dev.files = append(dev.files, path)
				}
			}
			r.devContainers = append(r.devContainers, dev)
			first, _ := local(literal(d.dir), scalar(composed[0]))
			d.dir, d.service, d.Place = path.Dir(first), scalar(service).text, at(name, service)
			r.deploy(d)
		default:
			r.job(scalar(get(doc, "image")).text, d.User, at(name, get(doc, "image")))
		}
	}
}
