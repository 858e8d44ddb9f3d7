package pin

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
)

// imageWord is a place of the file that names an image rather than a stage.
type imageWord struct {
	in       *dockerfile.Instruction
	word     dockerfile.Word
	at       int    // where in the word's text the name begins
	text     string // the name as written
	image    string // with its variables expanded
	platform string
	err      error // why the image is unknown
	quoted   bool  // the file has something else there than what is read
}

// imageWords are all of them, stage by stage.
func imageWords(p *imagebuild.Pass) (list []imageWord) {
	add := func(w imageWord) {
		w.quoted = w.quoted || string(p.File.Bytes()[w.word.Start:w.word.End]) != w.word.Text
		list = append(list, w)
	}
	for _, n := range p.Graph.Nodes {
		if n.Parent == nil && (n.Image != "" || n.Err != nil) && n.Image != "scratch" {
			text, image := n.Stage.Ref.Text, n.Image
			if image == "" && !strings.Contains(text, "$") {
				image = text // which the build takes from elsewhere
			}
			add(imageWord{
				in: n.Stage.From, word: n.Stage.Ref, text: text, image: image, platform: n.Platform, err: n.Err,
				quoted: image != text && !strings.Contains(text, "$"),
			})
		}
		for _, in := range n.Stage.Body {
			for _, flag := range in.Flags {
				at, text := sourceImage(in, flag.Text)
				if text != "" && !isStage(p.Graph, text) && !strings.Contains(text, "$") {
					add(imageWord{in: in, word: flag, at: at, text: text, image: text, platform: n.Root().Platform})
				}
			}
		}
	}
	return list
}

// sourceImage returns the image in the text of a flag of COPY or RUN, and its position.
func sourceImage(in *dockerfile.Instruction, flag string) (at int, text string) {
	switch in.Name() {
	case "COPY":
		if text, ok := strings.CutPrefix(flag, "--from="); ok {
			return len("--from="), text
		}
	case "RUN":
		fields, ok := strings.CutPrefix(flag, "--mount=")
		if !ok {
			return 0, ""
		}
		at = len("--mount=")
		for field := range strings.SplitSeq(fields, ",") {
			if key, text, _ := strings.Cut(field, "="); strings.EqualFold(key, "from") {
				return at + len("from="), text
			}
			at += len(field) + len(",")
		}
	}
	return 0, ""
}

// isStage reports whether a name after --from= is that of a stage, even of one that
// can't be a source here, or a stage's number.
func isStage(g *stage.Graph, name string) bool {
	_, err := strconv.Atoi(name)
	return err == nil || slices.ContainsFunc(g.Nodes, func(n *stage.Node) bool { return n.Stage.Name == strings.ToLower(name) })
}

// replace writes another name in the place of the one that stands there.
func (w imageWord) replace(name string) (document.Edit, error) {
	if w.quoted {
		return document.Edit{}, errors.New("it is written in quotes, or over more than one line")
	}
	rest := w.word.Text[w.at+len(w.text):]
	return w.in.Replace(w.word, w.word.Text[:w.at]+name+rest)
}
