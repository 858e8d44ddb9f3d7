package repository

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file recognizes the commands that files of any format give to a container.

var (
	// deploymentFile matches the extensions of the formats in which platforms are configured.
	deploymentFile = words(".yaml .yml .toml .json .json5 .jsonc .hcl .nomad .tf .j2 .tpl .tmpl .conf .container")
	// checkoutFile matches the files of tools that run their commands in a checkout, and of
	// those that build without an image.
	checkoutFile = lazyregexp.New(`(?i)(^|/)(\.(github|gitlab|circleci|buildkite|husky|vscode|idea|devcontainer|storybook)/|` +
		`(\.gitlab-ci|\.travis|azure-pipelines|bitbucket-pipelines|appveyor|\.appveyor|\.drone|\.woodpecker|cloudbuild|buildspec|codemagic|amplify|lefthook|\.pre-commit-config|\.gitpod|cypress|playwright|tilt|skaffold|renovate|nodemon|project|package|lerna|turbo|nx|netlify|vercel|now|firebase|wrangler|deno|taskfile|tsconfig|jsconfig|[\w.]*rc)([\w.-]*)\.(ya?ml|json5?|jsonc|toml)$)`)
	// ofContainers are the words of which a file that runs images has one.
	ofContainers = strings.Fields("docker Docker DOCKER container Container image Image")
	// commandKeys are the ends of the keys whose values are commands.
	commandKeys = strings.Fields("command cmd entrypoint args start run release exec web worker")
	// listItem matches an item of a list that takes several lines, and what closes it.
	listItem = lazyregexp.New(`^\s*(?:-\s|["'\]])`)
	// listEnd matches a line after which the list is over.
	listEnd = lazyregexp.New(`\]\s*,?\s*$`)
)

// givesCommands reports whether a file may give a command to a container.
func givesCommands(name, text string) bool {
	base := path.Base(name)
	return base == "Procfile" || deploymentFile[strings.ToLower(path.Ext(base))] && !checkoutFile.MatchString(name) && slices.ContainsFunc(ofContainers, func(word string) bool { return strings.Contains(text, word) })
}

// maxCommand is the number of lines of one command.
const maxCommand = 20

// commandAt returns the command that the first of some lines gives, as it is written there,
// in its line, or in the list or the block of text that begins with it; "" for none.
func commandAt(lines []string) string {
	command, ok := commandOf(lines[0])
	if !ok {
		return ""
	}
	if strings.Trim(command, "[|>-+") != "" {
		return command
	}
	isBlock := strings.HasPrefix(command, "|") || strings.HasPrefix(command, ">")
	for _, line := range lines[1:min(len(lines), maxCommand)] {
		inBlock := isBlock && indentOf(line) > indentOf(lines[0])
		if len(line) > maxMentionLine || !inBlock && !listItem.MatchString(line) {
			break
		}
		command += " " + strings.TrimSpace(line)
		if !isBlock && listEnd.MatchString(line) {
			break
		}
	}
	return strings.TrimSpace(command)
}

// commandOf returns the value of a line whose key says that it is a command.
func commandOf(line string) (value string, ok bool) {
	const longest = 64 // bytes of a key, with what is before it
	at := strings.IndexAny(line[:min(len(line), longest)], ":=")
	if at < 0 {
		return "", false
	}
	key := strings.ToLower(strings.Trim(line[:at], " \t-\"'"))
	if strings.ContainsAny(key, " \t") || !slices.ContainsFunc(commandKeys, func(end string) bool { return strings.HasSuffix(key, end) }) {
		return "", false
	}
	return strings.TrimSpace(strings.TrimLeft(line[at:], ":=>")), true
}

// indentOf returns the number of blanks that a line begins with.
func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
