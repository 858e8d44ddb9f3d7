package workload

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// This file reads the formats of configuration files.

// setting is a value of a configuration file.
type setting struct {
	keys  []string // the outermost first
	value string
	line  int // from 1
}

const (
	maxKeys     = 64     // keys of one setting
	maxSettings = 20_000 // of one file
)

var (
	errLongLines    = fmt.Errorf("a line is longer than %d KiB", maxLine>>10)
	errNested       = fmt.Errorf("its settings are nested deeper than %d levels", maxKeys)
	errManySettings = fmt.Errorf("it has more than %d settings", maxSettings)
)

// settingFormats are the readers of the formats keyed by the extension of their files:
// of JSON with what JSON5 adds to it, YAML, TOML, and files of lines with sections.
var settingFormats = map[string]func(name, text string) ([]setting, error){
	".json": jsonSettings, ".json5": jsonSettings, ".jsonc": jsonSettings, ".yml": yamlSettings, ".yaml": yamlSettings,
	".toml": lineSettings, ".ini": lineSettings, ".properties": lineSettings, ".env": lineSettings,
	".conf": lineSettings, ".cfg": lineSettings, ".cnf": lineSettings, ".xml": xmlSettings, ".config": xmlSettings,
}

// namedFormats are the formats of files that count where a source or an option of the start
// names them: others in these formats are those of other programs.
var namedFormats = strings.Fields(".conf .cfg .cnf .xml .config")

// readSettings returns the settings of a file in one of settingFormats. Line ends may
// be those of any system.
func readSettings(ext, name, text string) ([]setting, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.IndexByte(text, 0) >= 0 {
		return nil, errIsNoText
	}
	list, err := settingFormats[ext](name, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
	if err == nil && len(list) > maxSettings {
		err = errManySettings
	}
	return list, err
}

// jsonSyntax is that of JSON5 (spec.json5.org); its other comments serve the brackets
// of TOML.
var jsonSyntax = syntax{slashes: true, hash: true}

// jsonSettings reads JSON, JSON5, and the brackets of TOML. Invalid JSON gives the
// settings that it looks like.
func jsonSettings(_, text string) (list []setting, err error) {
	tokens, long, full := lex(text, jsonSyntax, nil)
	switch {
	case long:
		return nil, errLongLines
	case !full:
		return nil, errManySettings
	}
	u := &unit{lang: JavaScript, src: text, tokens: tokens, lines: lines{text: text}}
	var open []string // the keys of the brackets that are open
	key := ""
	for i := range tokens {
		switch {
		case u.is(i, "{"), u.is(i, "["):
			if open = append(open, key); len(open) > maxKeys {
				return nil, errNested
			}
			key = ""
		case (u.is(i, "}") || u.is(i, "]")) && len(open) > 0:
			key, open = open[len(open)-1], open[:len(open)-1]
		case u.kind(i) <= textToken && (u.is(i+1, ":") || u.is(i+1, "=")):
			key = u.str(i)
		case u.kind(i) == textToken && len(list) <= maxSettings:
			list = append(list, setting{joinKeys(open, key), jsonText(u, i), u.lines.number(int(tokens[i].start))})
		}
	}
	return list, nil
}

// joinKeys returns the keys without those of lists, which have none.
func joinKeys(open []string, key string) []string {
	return slices.DeleteFunc(append(slices.Clone(open), key), func(k string) bool { return k == "" })
}

// jsonText returns the text of a literal.
func jsonText(u *unit, i int) (s string) {
	if raw := u.str(i); strings.Contains(raw, `\u`) && json.Unmarshal([]byte(`"`+raw+`"`), &s) == nil {
		return s
	}
	s, _ = u.literal(i)
	return s
}

// yamlSettings reads all documents of a YAML file.
func yamlSettings(name, text string) (list []setting, err error) {
	f, err := yamlfile.Parse(name, []byte(text))
	if err != nil {
		if e := (*yamlfile.Error)(nil); errors.As(err, &e) {
			return nil, errors.New(printable(e.Msg))
		}
		return nil, err
	}
	var walk func(n *yamlfile.Node, keys []string)
	walk = func(n *yamlfile.Node, keys []string) {
		r := n.Resolve()
		switch {
		case r == nil || len(list) > maxSettings:
		case len(keys) > maxKeys:
			err = errNested
		case r.Kind == yamlfile.Scalar:
			list = append(list, setting{keys, r.Value, n.Line})
		case r.Kind == yamlfile.Mapping:
			for key, value := range r.Entries() {
				inner := keys
				if k := key.Resolve(); k != nil && k.Value != "<<" {
					inner = append(slices.Clip(keys), k.Value)
				}
				walk(value, inner)
			}
		default:
			for item := range r.Items() {
				walk(item, keys)
			}
		}
	}
	for _, document := range f.Documents() {
		walk(document, nil)
	}
	return list, err
}

var (
	// settingLine matches a line of TOML, INI, properties or variables.
	settingLine = lazyregexp.New(`^\s*(?:export\s+)?["']?([\w.:-]*\w)["']?\s*[:=]\s*["']?([^"'#;]+?)["']?,?\s*(?:[#;].*)?$`)
	// tupleLine matches one whose value is code of Python (docs.python.org, "Configuration file
	// format" of logging), pathInTuple an absolute path in that.
	tupleLine   = lazyregexp.New(`^\s*([\w.-]+)\s*=\s*(\(.*\))\s*$`)
	pathInTuple = lazyregexp.New(`["'](/[^"']+)["']`)
	// bracketLine matches one of TOML whose value is a list or a table.
	bracketLine = lazyregexp.New(`^\s*["']?([\w.-]+)["']?\s*=\s*[{\[]`)
	sectionLine = lazyregexp.New(`^\s*\[+\s*([^\]]+?)\s*\]+\s*(?:[#;].*)?$`)
)

// lineSettings reads files of one setting a line, in sections or without. A list or a
// table of TOML may take several lines.
func lineSettings(_, text string) (list []setting, err error) {
	var section []string
	number, end, closed := 0, 0, true
	for at := 0; at < len(text) && len(list) <= maxSettings; at = end + 1 {
		number++
		end = lineEnd(text, at)
		line := text[at:end]
		if len(line) > maxLine {
			return nil, errLongLines
		}
		if m := sectionLine.FindStringSubmatch(line); m != nil {
			section = dottedKeys(m[1])
			continue
		}
		if bracketLine.MatchString(line) {
			if closed { // otherwise the search would be repeated in vain
				end, closed = bracketEnd(text, at)
			}
			inner, err := jsonSettings("", text[at:end])
			if err != nil {
				return nil, err
			}
			for _, s := range inner {
				list = append(list, setting{append(slices.Clone(section), s.keys...), s.value, s.line + number - 1})
			}
			number += strings.Count(text[at:end], "\n")
			continue
		}
		if m := settingLine.FindStringSubmatch(line); m != nil {
			list = append(list, setting{append(slices.Clone(section), dottedKeys(m[1])...), m[2], number})
		} else if m := tupleLine.FindStringSubmatch(line); m != nil {
			for _, s := range pathInTuple.FindAllStringSubmatch(m[2], -1) {
				list = append(list, setting{append(slices.Clone(section), dottedKeys(m[1])...), s[1], number})
			}
		}
	}
	return list, nil
}

// lineEnd returns the end of the line at an offset.
func lineEnd(text string, at int) int {
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(text)
}

// bracketEnd returns the end of the line that closes the brackets which a line at an
// offset opens; if none does within maxLine, the end of the line itself, and false.
func bracketEnd(text string, at int) (end int, closed bool) {
	depth, first := 0, lineEnd(text, at)
	for i := at; i < min(len(text), at+maxLine); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth <= 0 && i+1 >= first {
			return lineEnd(text, i), true
		}
	}
	return first, false
}

func dottedKeys(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '"' || r == '\'' || r == ' ' })
}
