package repository

import (
	"strings"
	"testing"
)

// TestExamples has Compose files in documentation, and blocks that are not Compose
// files.
func TestExamples(t *testing.T) {
	const service = "services:\n  app:\n    image: acme/app:${TAG:-v1}\n    volumes:\n      - ./data:/app/data\n      - named:/app/named\n"
	indented := func(by string) string {
		return by + strings.ReplaceAll(strings.TrimSuffix(service, "\n"), "\n", "\n"+by) + "\n"
	}
	const mounts = " bind:./data:/app/data volume:named:/app/named"
	for _, c := range []struct{ name, file, text, want string }{
		{"fenced", "README.md", "# A\n```yaml\n" + service + "```\n", "README.md:4: service app" + mounts},
		{"another name, in a list", "INSTALL.md", "1. a\n\n   ~~~yml\n" + indented("   ") + "   ~~~\n2. b\n", "INSTALL.md:5: service app" + mounts},
		{"quoted", "a.md", "> ```yaml\n" + indented("> ") + "> ```\n", "a.md:3: service app" + mounts},
		{"with a title", "docs/run.mdx", "```yaml title=\"compose.yaml\"\r\n" + strings.ReplaceAll(service, "\n", "\r\n") + "```\r\n", "docs/run.mdx:3: service app" + mounts},
		{"reStructuredText", "docs/run.rst", ".. code-block:: yaml\n\n" + indented("   ") + "\nText\n", "docs/run.rst:4: service app" + mounts},
		{"AsciiDoc", "run.adoc", "[source,yaml]\n----\n" + service + "----\n", "run.adoc:4: service app" + mounts},
		{"not closed", "a.md", "```yaml\n" + service, "a.md:3: service app" + mounts},
		{"two", "a.md", "```yaml\nservices: {a: {image: acme/app, user: '1'}}\n```\ntext\n```yaml\nservices: {b: {image: acme/app, init: true, command: [x]}}\n```\n", "a.md:2: service a as 1\na.md:6: service b init command [\"x\"]"},
		{"built", "README.md", "```yaml\nservices: {a: {build: ., user: '1'}}\n```\n", "README.md:2: service a as 1"},
		{"built elsewhere", "README.md", "```yaml\nservices: {a: {build: web, user: '1'}}\n```\n", ""},
		{"another language", "README.md", "```json\n" + service + "```\n", ""},
		{"no Compose file", "README.md", "```yaml\nspec:\n  " + strings.ReplaceAll(service, "\n", "\n  ") + "\n```\n", ""},
		{"what was once", "CHANGELOG.md", "```yaml\n" + service + "```\n", ""},
		{"broken", "README.md", "```yaml\n" + service + "  - ]\n```\n", ""},
	} {
		l := Read(files(map[string]string{c.file: c.text, "Makefile": "a:\n\tdocker build -t acme/app .\n"}, "Dockerfile"))
		if got := showDeployments(l.Deployments("Dockerfile")); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s\n%v", c.name, got, c.want, l.Gaps())
		}
		if gaps := len(l.Gaps()); gaps > 0 != (c.name == "broken") {
			t.Errorf("%s: %v", c.name, l.Gaps())
		}
	}
}

// TestExamplesBounds: documentation that is nothing but examples.
func TestExamplesBounds(t *testing.T) {
	texts := map[string]string{
		"a.md": repeat(40_000, "```yaml\nservices: {a: {image: x#}}\n"),
		"b.md": "```yaml\nservices:\n" + repeat(30_000, "  s#: {image: x}\n"),
		"c.md": strings.Repeat("```yaml\n", 100_000),
		"d.md": strings.Repeat("\n", 900_000) + repeat(1000, "```yaml\nservices: {a: {image: x#}}\n```\n"),
	}
	measured(t, files(texts, "Dockerfile"))
}
