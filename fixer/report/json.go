package report

import (
	"cmp"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"path"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/kubernetes"
)

// Schema is the JSON Schema (2020-12) of what JSON writes. It is also its
// documentation. Callers must not change it.
//
//go:embed schema/report.v1.schema.json
var Schema []byte

const (
	// schemaID is the URL of the schema; documents name it.
	schemaID = "https://raw.githubusercontent.com/dockmend/dockmend/main/fixer/report/schema/report.v1.schema.json"
	// schemaVersion increases if a reader of the previous version would go wrong.
	schemaVersion = 1
)

// jsonDocument is the report in JSON. Its fields and those below are described in
// the schema.
type jsonDocument struct {
	Schema   string         `json:"$schema"`
	Version  int            `json:"version"`
	Dockmend string         `json:"dockmend"`
	Summary  Summary        `json:"summary"`
	Files    []documentFile `json:"files"`
}

type documentFile struct {
	documentPath
	Directory       string             `json:"directory"`
	DirectoryBase64 string             `json:"directoryBase64,omitempty"`
	Changed         bool               `json:"changed"`
	Written         bool               `json:"written"`
	Error           *documentError     `json:"error"`
	Findings        []documentFinding  `json:"findings"`
	Steps           []string           `json:"steps"`
	Hunks           []documentHunk     `json:"hunks"`
	Diff            *string            `json:"diff,omitempty"`
	DiffBase64      string             `json:"diffBase64,omitempty"`
	Created         []documentNewFile  `json:"created"`
	Images          []*baseimage.Facts `json:"images"`
	Proofs          []documentProof    `json:"proofs"`
}

// documentPath is a path, which need not be UTF-8, in JSON, which has to be.
type documentPath struct {
	Path       string `json:"path"`
	PathBase64 string `json:"pathBase64,omitempty"`
}

type documentError struct {
	documentPath
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type documentFinding struct {
	ID        string             `json:"id"`
	Status    fixer.Status       `json:"status"`
	Severity  string             `json:"severity"`
	Safety    string             `json:"safety"`
	Line      int                `json:"line"`
	Column    int                `json:"column"`
	EndLine   int                `json:"endLine"`
	EndColumn int                `json:"endColumn"`
	Message   string             `json:"message"`
	Problem   string             `json:"problem"`
	Change    string             `json:"change"`
	Reason    string             `json:"reason"`
	Caveats   []string           `json:"caveats"`
	Evidence  []documentEvidence `json:"evidence"`
	Edits     []documentEdit     `json:"edits"`
	Known     bool               `json:"known"`
}

type documentEvidence struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Image  string `json:"image"`
	Source string `json:"source"`
	What   string `json:"what"`
}

type documentEdit struct {
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Text      string `json:"text"`
}

type documentHunk struct {
	Line     int   `json:"line"`
	Lines    int   `json:"lines"`
	NewLine  int   `json:"newLine"`
	NewLines int   `json:"newLines"`
	Findings []int `json:"findings"`
}

type documentNewFile struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Text       *string `json:"text,omitempty"`
	TextBase64 string  `json:"textBase64,omitempty"`
}

type documentProof struct {
	Target  string         `json:"target"`
	Service string         `json:"service,omitempty"`
	Outcome string         `json:"outcome"`
	Reason  string         `json:"reason"`
	Seen    []documentSeen `json:"seen"`
	Notes   []string       `json:"notes"`
	Details any            `json:"details,omitempty"`
}

type documentSeen struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// JSON writes the report as one JSON document, by Schema, with a line end after it.
// Text that is not UTF-8 has U+FFFD for invalid bytes.
func JSON(w io.Writer, r *Report) error {
	d := jsonDocument{Schema: schemaID, Version: schemaVersion, Dockmend: r.Version, Summary: r.Summary(), Files: []documentFile{}}
	for i := range r.Files {
		d.Files = append(d.Files, fileInJSON(&r.Files[i]))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(d)
}

func fileInJSON(f *File) documentFile {
	d := documentFile{
		documentPath: pathInJSON(f.Path),
		Directory:    f.Directory, DirectoryBase64: inBase64(f.Directory),
		Changed: f.Changed(), Written: f.Written,
		Findings: []documentFinding{}, Steps: []string{}, Hunks: []documentHunk{}, Created: []documentNewFile{},
		Images: f.Images, Proofs: []documentProof{},
	}
	if e := f.Err; e != nil {
		d.Error = &documentError{pathInJSON(e.Name), e.Line, e.Col, e.Msg}
	}
	for i, found := range f.Result.Findings {
		d.Findings = append(d.Findings, f.findingInJSON(found, f.known(i)))
	}
	for _, h := range f.hunks() {
		if h.findings == nil {
			h.findings = []int{}
		}
		d.Hunks = append(d.Hunks, documentHunk{h.line, h.lines, h.newLine, h.newLines, h.findings})
	}
	for _, s := range f.Result.Steps {
		d.Steps = append(d.Steps, s.ID)
	}
	d.Diff, d.DiffBase64 = textInJSON(string(patch(f)))
	for _, c := range f.Result.Created {
		text, other := textInJSON(string(c.Text))
		d.Created = append(d.Created, documentNewFile{c.ID, c.Name, text, other})
	}
	if d.Images == nil {
		d.Images = []*baseimage.Facts{}
	}
	for _, p := range f.Proofs {
		d.Proofs = append(d.Proofs, proofInJSON(p))
	}
	return d
}

func (file *File) findingInJSON(f fixer.Finding, known bool) documentFinding {
	d := documentFinding{
		ID: f.ID, Status: f.Status, Severity: f.Severity.String(), Safety: f.Safety.String(), Line: f.Line, Column: f.Col, EndLine: cmp.Or(f.EndLine, f.Line), EndColumn: cmp.Or(f.EndCol, f.Col),
		Message: f.Sentence(), Problem: f.Problem, Change: f.Change, Reason: f.Reason, Caveats: f.Caveats,
		Evidence: []documentEvidence{}, Edits: file.editsInJSON(f), Known: known,
	}
	for _, e := range f.Evidence {
		d.Evidence = append(d.Evidence, documentEvidence{file.pathOf(e), e.Line, e.Image, e.Source, e.What})
	}
	if d.Caveats == nil {
		d.Caveats = []string{}
	}
	return d
}

// editsInJSON are the edits of a change that can be made alone, by line and column.
func (file *File) editsInJSON(f fixer.Finding) []documentEdit {
	list := []documentEdit{}
	if len(f.Edits) == 0 {
		return list
	}
	starts := lineStarts(file.Result.Before)
	for _, e := range f.Edits {
		line, end := lineOf(starts, e.Start), lineOf(starts, e.End)
		list = append(list, documentEdit{line, e.Start - starts[line-1] + 1, end, e.End - starts[end-1] + 1, e.Text})
	}
	return list
}

func proofInJSON(p Proof) documentProof {
	d := documentProof{p.Target, p.Service, p.Outcome, p.Reason, []documentSeen{}, p.Notes, p.Details}
	for _, s := range p.Seen {
		d.Seen = append(d.Seen, documentSeen(s))
	}
	if d.Notes == nil {
		d.Notes = []string{}
	}
	return d
}

// patch returns the unified diff of all that the fix changes and adds. For standard
// input it uses the same name as the diff that goes to standard output.
func patch(f *File) []byte {
	name := cmp.Or(f.Target, f.Path)
	if name == "<stdin>" {
		switch f.Kind {
		case compose.Kind:
			name = "compose.yaml"
		case kubernetes.Kind:
			name = "manifest.yaml"
		default:
			name = "Dockerfile"
		}
	}
	text := diff.Unified(name, f.Result.Before, f.Result.After)
	for _, c := range f.Result.Created {
		text = append(text, diff.Created(path.Join(f.Directory, c.Name), c.Text)...)
	}
	return text
}

func pathInJSON(name string) documentPath { return documentPath{name, inBase64(name)} }

// inBase64 returns s in base64, "" if JSON can carry it unchanged.
func inBase64(s string) string {
	if utf8.ValidString(s) {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(s))
}

// textInJSON returns the text unchanged, or else in base64: every byte counts of text
// that is applied or written.
func textInJSON(s string) (text *string, other string) {
	if other = inBase64(s); other == "" {
		text = &s
	}
	return text, other
}
