package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/escape"
)

// The messages of reviewdog's proto/rdf/reviewdog.proto, as protobuf maps them to
// JSON. A line or a column of 0 is none.
type (
	rdResult struct {
		Source      rdSource       `json:"source"`
		Diagnostics []rdDiagnostic `json:"diagnostics"`
	}
	rdSource struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	rdDiagnostic struct {
		Message     string         `json:"message"`
		Location    rdLocation     `json:"location"`
		Severity    string         `json:"severity"`
		Code        *rdCode        `json:"code,omitempty"`
		Suggestions []rdSuggestion `json:"suggestions,omitempty"`
		Related     []rdRelated    `json:"relatedLocations,omitempty"`
	}
	rdRelated struct {
		Message  string     `json:"message"`
		Location rdLocation `json:"location"`
	}
	rdLocation struct {
		Path  string   `json:"path"`
		Range *rdRange `json:"range,omitempty"`
	}
	rdRange struct {
		Start rdPosition  `json:"start"`
		End   *rdPosition `json:"end,omitempty"`
	}
	rdPosition struct {
		Line   int `json:"line"`
		Column int `json:"column,omitempty"`
	}
	rdCode struct {
		Value string `json:"value"`
		URL   string `json:"url,omitempty"`
	}
	rdSuggestion struct {
		Range rdRange `json:"range"`
		Text  string  `json:"text"`
	}
)

// RDJSON writes the findings that no baseline has, but for what is left alone, and
// the files that failed, as
// a DiagnosticResult for reviewdog, with a line end after it. A change that can be made
// alone is the suggestion of its finding. The others are one suggestion, the whole
// change of the file, at the first of them: reviewdog shows each suggestion by itself,
// and a part of the change may break the file.
func RDJSON(w io.Writer, r *Report) error {
	result := rdResult{Source: rdSource{"dockmend", homepage}, Diagnostics: []rdDiagnostic{}}
	for i := range r.Files {
		result.Diagnostics = append(result.Diagnostics, r.diagnostics(&r.Files[i])...)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(result)
}

// diagnostics returns those of one file.
func (r *Report) diagnostics(f *File) (list []rdDiagnostic) {
	o := f.offer()
	suggestion := o.suggestion(f.Result.After)
	for i, found := range f.Result.Findings {
		if f.known(i) || !annotates(found) {
			continue
		}
		d := r.diagnostic(f, found)
		if refusal := o.refuses(found); refusal != "" {
			d.Message += "; no suggestion: " + refusal
		}
		if text := o.alone(found); text != nil {
			if s := o.suggestion(text); s != nil {
				d.suggest(*s, "makes this change alone")
			}
		} else if suggestion != nil && o.mends(found) {
			d.suggest(*suggestion, "is the whole repair of this file")
			suggestion = nil
		}
		list = append(list, d)
	}
	if e := f.Err; e != nil {
		d := rdDiagnostic{Message: escape.Line(e.Msg), Location: rdLocation{Path: e.Name}, Severity: "ERROR"}
		if e.Line > 0 {
			d.Location.Range = &rdRange{Start: rdPosition{e.Line, e.Col}}
		}
		list = append(list, d)
	}
	return list
}

var rdSeverity = map[fixer.Status]string{fixer.Fixed: "WARNING", fixer.Offered: "INFO", fixer.Failed: "ERROR"}

func (r *Report) diagnostic(f *File, found fixer.Finding) rdDiagnostic {
	d := rdDiagnostic{
		Message:  escape.Line(message(found)),
		Location: rdLocation{f.Path, &rdRange{Start: rdPosition{found.Line, found.Col}}},
		Severity: rdSeverity[found.Status],
		Code:     &rdCode{Value: found.ID},
	}
	if found.EndLine > found.Line || found.EndLine == found.Line && found.EndCol > found.Col {
		d.Location.Range.End = &rdPosition{found.EndLine, found.EndCol}
	}
	for _, e := range found.Evidence {
		if e.File == "" {
			continue
		}
		at := rdLocation{Path: f.pathOf(e)}
		if e.Line > 0 {
			at.Range = &rdRange{Start: rdPosition{Line: e.Line}}
		}
		d.Related = append(d.Related, rdRelated{escape.Line(e.What), at})
	}
	if t := r.transform(found.ID); t != nil && len(t.Doc.See) > 0 {
		d.Code.URL = t.Doc.See[0]
	}
	return d
}

// suggest attaches the suggestion. The location becomes its lines: reviewdog's
// GitLab reporter counts the lines that it replaces from the location, and would
// replace others.
func (d *rdDiagnostic) suggest(s rdSuggestion, is string) {
	if line := d.Location.Range.Start.Line; line != s.Range.Start.Line {
		d.Message = fmt.Sprintf("line %d: %s", line, d.Message)
	}
	d.Message += "; the suggestion " + is
	d.Location.Range = &s.Range
	d.Suggestions = []rdSuggestion{s}
}

// suggestion is the change of the file to that text, from the first changed line to the
// last one; nil where there is none to offer, or none that can be said so.
func (o offer) suggestion(after []byte) *rdSuggestion {
	if !o.ok {
		return nil
	}
	before := o.file.Result.Before
	changes := diff.Replacements(before, after)
	a, b := lines(before), lines(after)
	last := changes[len(changes)-1]
	first, end := changes[0].Line-1, last.Line-1+last.Lines
	for {
		text, ok := linewise(a[first:end], b[first:len(b)-len(a)+end])
		switch {
		case ok:
			return &rdSuggestion{rdRange{rdPosition{Line: first + 1}, &rdPosition{Line: end}}, text}
		case end < len(a):
			end++
		case first > 0:
			first--
		default:
			return nil
		}
	}
}

// linewise returns the text of a suggestion that makes the lines b of the lines a. By
// lines a range is not empty and excludes its last line end, which stays. GitHub
// takes an empty text for no line, reviewdog's definition for an empty one: there
// must be some.
func linewise(a, b []string) (text string, ok bool) {
	if len(a) == 0 || len(b) == 0 {
		return "", false
	}
	text = strings.Join(b, "")
	switch end := lineEnd(a[len(a)-1]); end {
	case "":
	case lineEnd(b[len(b)-1]):
		text = strings.TrimSuffix(text, end)
	default:
		return "", false
	}
	return text, text != ""
}
