package transforms

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks for what is written at start where the user can't write.

// writers are the programs that write below their working directory at every
// start; "" stands for a call without any of the listed subcommands.
var writers = map[string]string{
	"react-scripts": "start", "react-app-rewired": "start", "craco": "start", "vite": "", "next": "dev start build", "nuxt": "", "nuxi": "",
	"gatsby": "develop build serve", "ng": "serve build", "vue-cli-service": "serve build", "webpack-dev-server": "", "webpack": "", "parcel": "", "astro": "",
	"svelte-kit": "", "expo": "start", "remix": "dev build", "docusaurus": "start build serve", "strapi": "develop build", "tsc": "", "tsc-watch": "",
	"nest": "start build", "medusa": "develop start", "gulp": "", "grunt": "", "prisma": "generate", "vuepress": "dev build", "hexo": "", "eleventy": "", "snowpack": "", "storybook": "", "start-storybook": "", "ember": "", "quasar": "",
	"keystone": "dev build", "keystone-next": "dev build", "vitepress": "dev build", "gitbook": "serve build", "ionic": "serve build", "rollup": "",
}

// writable reports whether a user who owns the working directory can write a
// file: beside the application, in their home, or where everybody can.
func (x *examiner) writable(file string) bool {
	if x.server != nil {
		return x.writableByNginx(file)
	}
	if !path.IsAbs(file) {
		return !strings.HasPrefix(file, "..") && (!strings.Contains(file, "/") || x.treeIsCopied(file+" is written at start"))
	}
	if workload.IsTemporary(file) {
		return true
	}
	dir := x.run.Final.Workdir.Text
	return !workload.IsSystem(dir) && (path.Dir(file) == dir || workload.Within(file, dir) && x.treeIsCopied(file+" is written at start"))
}

// fileTools change the files that they are called with.
var fileTools = strings.Fields("cp mv ln mkdir touch tee install rm chmod rsync unlink")

// changesFiles reports a call that changes files which will not be the user's.
func (x *examiner) changesFiles(c *workload.Command) string {
	if c.Name == "curl" || c.Name == "wget" {
		values, _ := c.Options(func(o string) bool { return o == "-o" || o == "--output" || o == "-O" && c.Name == "wget" || o == "-P" })
		for _, o := range []string{"-o", "--output", "-O", "-P"} {
			if w, ok := values[o]; ok && w.Text != "" && !x.writable(x.fileOf(c, w)) {
				return fmt.Sprintf("%s writes %s at start", c.Name, w.Text)
			}
		}
		return ""
	}
	if !slices.Contains(fileTools, c.Name) && !inPlace(c.Call) {
		return ""
	}
	_, files := c.Options(func(o string) bool { return c.Name == "sed" && (o == "-e" || o == "-f") })
	if c.Name == "sed" && !c.Has("-e", "-f") && len(files) > 0 {
		files = files[1:] // the script
	}
	for _, a := range files {
		if !a.Known || !x.writable(x.fileOf(c, a)) {
			return fmt.Sprintf("%s changes %s at start", c.Name, cmp.Or(a.Text, a.Raw))
		}
	}
	return ""
}

// fileOf is the file that a word of a command names, as spoken has it.
func (x *examiner) fileOf(c *workload.Command, w shell.Word) string {
	if c.Dir == "" {
		return w.Text
	}
	file, _ := w.In(c.Dir)
	return x.spoken(w.Text, file)
}

// inPlace reports a sed that changes its files: -i, -Ei, -i.bak, --in-place=….
func inPlace(c shell.Call) bool {
	values, _ := c.Options(func(o string) bool { return o == "-e" || o == "-f" })
	_, short := values["-i"]
	_, long := values["--in-place"]
	return c.Name == "sed" && (short || long)
}

// writer reports a program that writes into the application's tree, where the
// tree will not be the user's.
func (x *examiner) writer(c *workload.Command) string {
	what := ""
	switch subs, ok := writers[c.Name]; {
	case ok && (subs == "" || c.Has(strings.Fields(subs)...)):
		what = c.Name
	case (c.Name == "npm" || c.Name == "yarn" || c.Name == "pnpm" || c.Name == "bun") && c.Has("install", "i", "ci", "add", "rebuild", "link"):
		what = c.Name + " " + c.Args[0].Text
	case c.Name == "yarn" && len(c.Args) == 0:
		what = "yarn"
	case c.Name == "git":
		what = "git"
	}
	if what == "" {
		return ""
	}
	if dir := x.run.Final.Workdir.Text; c.Dir != "" && !workload.Within(c.Dir, dir) && !slices.ContainsFunc(x.run.Steps, func(s chain.Step) bool {
		return x.user != nil && endsInChown(s, *x.user, c.Dir)
	}) {
		return fmt.Sprintf("%s writes into %s at every start, which stays root's", what, c.Dir)
	}
	what += " writes into the application's directory at every start"
	if x.treeIsCopied(what) {
		return ""
	}
	return what + ", and what RUN made there stays root's"
}

// treeIsCopied reports whether everything below the working directory will be
// the user's: it comes from COPY and ADD of the target stage, which chown-copy
// gives to the user, or a chown -R gives all of it behind the last RUN. why is
// what is written there; it is kept where the answer counts on chown-copy.
func (x *examiner) treeIsCopied(why string) bool {
	if x.user == nil {
		x.open = true
		return true // perhaps
	}
	for _, s := range slices.Backward(x.run.Steps) {
		if !isInert(s) && !endsInChown(s, *x.user, x.run.Final.Workdir.Text) {
			break
		}
		if endsInChown(s, *x.user, x.run.Final.Workdir.Text) {
			return true
		}
	}
	own := len(x.run.Steps) - len(x.run.Alone())
	for i, s := range x.run.Steps {
		if !isInert(s) {
			return false
		}
		if c, ok := s.Before.Copy(s.In); ok && i < own && workload.Within(c.Dest, x.run.Final.Workdir.Text) {
			return false
		}
	}
	x.written = cmp.Or(x.written, why)
	return true
}

// endsInChown reports whether the last thing that a RUN does for certain is to
// give all below dir to the user.
func endsInChown(s chain.Step, id identity, dir string) bool {
	if s.In.Name() != "RUN" {
		return false
	}
	script, err := s.Script()
	if err != nil || script == nil || len(script.Calls) == 0 {
		return false
	}
	last := script.Calls[len(script.Calls)-1]
	ch, ok := readChown(last, s.Before.Workdir.Text)
	return ok && last.Certain && ch.known && ch.recursive && id.is(ch.user) && slices.ContainsFunc(ch.targets, func(t string) bool { return workload.Within(dir, t) })
}
