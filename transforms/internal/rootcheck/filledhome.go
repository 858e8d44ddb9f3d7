package rootcheck

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what the build leaves in root's home without naming it, and the start
// looks for in the home of its user.

// filledHome returns the RUNs that fill root's home.
func (x *examiner) filledHome() (list []string) {
	if home, set := x.run.Final.EnvVar("HOME"); set && !workload.Within(home, "/root") {
		return nil
	}
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if !stage.IsRoot(s.Before.User.Text) {
			return
		}
		switch {
		case c.Name == "git" && c.Has("config") && c.Has("--global"):
			if by := x.callsGit(); by != "" {
				list = append(list, fmt.Sprintf("line %d sets up git in root's home, and %s calls it", s.In.Line, by))
			}
		case slices.ContainsFunc(c.Args, func(w shell.Word) bool { return isSSH.MatchString(w.Raw) }):
			if by := cmp.Or(x.callsGit(), x.calls("ssh", "scp", "sftp", "rsync")); by != "" {
				list = append(list, fmt.Sprintf("line %d sets up ssh in root's home, and %s uses it", s.In.Line, by))
			}
		default:
			if keep := x.keepsInHome(s, c); keep != "" {
				list = append(list, keep)
			} else if what := x.fills(s, c); what != "" {
				list = append(list, fmt.Sprintf("line %d fills a cache in root's home (%s)", s.In.Line, what))
			}
		}
	})
	return list
}

// isSSH matches the directory of ssh's settings in a home.
var isSSH = lazyregexp.New(`^["']?(?:~|/root|\$HOME|\$\{HOME\})/\.ssh\b`)

// gitPackages call git (npmjs.com and pypi.org, each package's description).
var gitPackages = strings.Fields("simple-git nodegit gitlog git-rev-sync dugite @npmcli/git")

// callsGit returns what calls git when the container runs, "" for nothing.
func (x *examiner) callsGit() string {
	if by := x.calls("git"); by != "" {
		return by
	}
	if m, err := x.load.Package(x.run.Final.Workdir.Text); err == nil {
		for _, name := range gitPackages {
			if m.Dependencies[name] != "" {
				return name
			}
		}
	}
	return ""
}

// homeCaches are the calls that keep what they download in the home, with the variables
// that name another place (each one's documentation: huggingface.co/docs, "Environment
// variables"; nltk.org, "Installing NLTK Data"; github.com/openai/whisper, "load_model";
// docs.pytorch.org, "torch.hub"; github.com/danielgatis/rembg, "Models").
var homeCaches = []struct {
	call      *lazyregexp.Regexp
	variables string
}{
	{lazyregexp.New(`\bnltk\.download\(|\bnltk\.downloader\b|\btextblob\.download_corpora\b`), "NLTK_DATA"},
	{lazyregexp.New(`^crawl4ai-(?:setup|doctor)\b`), "PLAYWRIGHT_BROWSERS_PATH"},
	{lazyregexp.New(`\.from_pretrained\(|\bSentenceTransformer\(|\bsnapshot_download\(|\bhf_hub_download\(|\bhuggingface-cli download\b|\bhf download\b|\bfrom transformers import pipeline\b`),
		"HF_HOME HF_HUB_CACHE HUGGINGFACE_HUB_CACHE TRANSFORMERS_CACHE SENTENCE_TRANSFORMERS_HOME XDG_CACHE_HOME"},
	{lazyregexp.New(`\bwhisper\.load_model\(`), "XDG_CACHE_HOME"},
	{lazyregexp.New(`\btorch\.hub\.load\(|\btorch\.hub\.download`), "TORCH_HOME XDG_CACHE_HOME"},
	{lazyregexp.New(`\bnew_session\(|\brembg d\b`), "U2NET_HOME XDG_DATA_HOME"},
}

var (
	// elsewhere matches the arguments by which such a call gets another place.
	elsewhere = lazyregexp.New(`\b(cache_dir|local_dir|download_dir|download_root|cache_folder|local-dir|cache-dir|model_dir)\b|nltk\.downloader +-d\b`)
	// namesHome matches a source that asks for the home (nodejs.org, "os.homedir";
	// docs.python.org, "os.path.expanduser", "pathlib.Path.home"; ruby-doc.org, "Dir.home").
	namesHome = lazyregexp.New(`\bos\.homedir\(|\bhomedir\(\)|\bexpanduser\(|\bPath\.home\(|\bDir\.home\b|\bprocess\.env\.HOME\b|\benviron(?:\.get)?[\[(]["']HOME\b`)
)

// fills returns what a call of a RUN leaves in root's home, "" for nothing that is known.
func (x *examiner) fills(s stage.Step, c shell.Call) string {
	if !slices.Contains(strings.Fields("python python3 node tsx ts-node bun deno ruby huggingface-cli hf rembg crawl4ai-setup crawl4ai-doctor"), c.Name) {
		return ""
	}
	text, file := c.Name+" "+strings.Join(rawWords(c), " "), x.sourceOf(s, c)
	if file != "" {
		if source, err := x.read(file); err == nil {
			text = source
		}
	}
	if elsewhere.MatchString(text) {
		return ""
	}
	isPython := strings.HasPrefix(c.Name, "python") || path.Ext(file) == "" && !workload.IsNode(c.Name)
	for _, cache := range homeCaches {
		if !isPython {
			break // whose packages of the same kind keep them in node_modules
		}
		call := cache.call.FindString(text)
		moved := slices.ContainsFunc(strings.Fields(cache.variables), func(name string) bool {
			dir, set := s.Before.Getenv(name)
			return set && !workload.Within(dir, "/root")
		})
		if call != "" && !moved {
			return strings.TrimRight(call, "(")
		}
	}
	if file != "" && namesHome.MatchString(text) && x.pass.Files().SourceMatching(namesHome.MatchString, file) != "" {
		return file
	}
	return ""
}

// sourceOf returns the file of the build context that a call runs, "" for none.
func (x *examiner) sourceOf(s stage.Step, c shell.Call) string {
	for _, w := range c.Args {
		switch {
		case !w.Known:
			return ""
		case strings.HasPrefix(w.Text, "-"):
			continue
		case path.Ext(w.Text) == "":
			return ""
		}
		return x.run.Origin(fileIn(s, w), x.pass.Context).Name
	}
	return ""
}
