package report

import (
	"fmt"
	"strings"
)

// join joins blocks with an empty line between them. Empty blocks are left out.
func join(blocks ...string) string {
	var b strings.Builder
	for _, block := range blocks {
		if block != "" && b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(block)
	}
	return b.String()
}

// fitting shows the first items that fit into room bytes, with a line end for each,
// and returns how many do not. It does not look at those.
func fitting[T any](items []T, room int, show func(T) string) (list []string, left int) {
	for i, item := range items {
		text := show(item)
		if room -= len(text) + 1; room < 0 {
			return list, len(items) - i
		}
		list = append(list, text)
	}
	return list, 0
}

// bullets returns the list of the items that fit; a last one counts the others. show
// returns an item without its mark.
func bullets[T any](items []T, room int, what string, show func(T) string) string {
	list, left := fitting(items, room, func(item T) string { return "- " + show(item) })
	if left > 0 {
		list = append(list, fmt.Sprintf("- %s not shown here", are(left, "more "+what)))
	}
	return strings.Join(list, "\n")
}

// titled returns a block with a heading or similar above it, nothing without the block.
func titled(title, block string) string {
	if block == "" {
		return ""
	}
	return join(title, block)
}

// details returns a collapsed section, nothing without content. The summary is trusted
// text.
func details(summary, content string) string {
	if content == "" {
		return ""
	}
	return join("<details>\n<summary>"+summary+"</summary>", content, "</details>")
}

// alert returns a quotation that GitHub draws in a colour of its own: CAUTION in red,
// WARNING in yellow, IMPORTANT in violet, NOTE in blue.
func alert(kind, text string) string {
	return "> [!" + kind + "]\n> " + strings.ReplaceAll(text, "\n", "\n> ")
}
