package nginx

import (
	"errors"
	"strings"
)

// This file parses nginx's configuration: words, blocks, quotes and comments as
// nginx reads them (nginx.org, "Configuration File's Structure").

// directive is a directive of a configuration: "listen 80;", "server { … }".
type directive struct {
	name  string
	args  []string
	block []directive
	open  bool // it has a block, even an empty one
}

const (
	maxBlocks   = 32  // inside each other
	maxVariable = 128 // bytes of one ${name}
)

var errConf = errors.New("it is not written as nginx reads it")

// parseConf parses a configuration, or a template of one.
func parseConf(text string) ([]directive, error) {
	p := &confParser{rest: text}
	list, err := p.block(0)
	if err == nil && p.closed {
		err = errConf // one brace too many
	}
	return list, err
}

type confParser struct {
	rest   string
	closed bool // the last block ended in a brace, not with the text
}

// block parses directives up to the end of their block.
func (p *confParser) block(depth int) (list []directive, err error) {
	if depth > maxBlocks {
		return nil, errConf
	}
	var words []string
	for {
		word, mark := p.next()
		switch mark {
		case 0: // a word, or the end of the text
			if word == "" {
				if len(words) > 0 || depth > 0 {
					return nil, errConf
				}
				p.closed = false
				return list, nil
			}
			words = append(words, word)
			continue
		case '}':
			p.closed = true
			if len(words) > 0 {
				return nil, errConf
			}
			return list, nil
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "$") {
			return nil, errConf
		}
		d := directive{name: words[0], args: words[1:], open: mark == '{'}
		if d.open {
			if d.block, err = p.block(depth + 1); err != nil {
				return nil, err
			}
		}
		list, words = append(list, d), nil
	}
}

// next returns the next word, without its quotes, or the next mark: one of ; { }. At
// the end of the text it returns neither.
func (p *confParser) next() (word string, mark byte) {
	for {
		p.rest = strings.TrimLeft(p.rest, " \t\r\n")
		if !strings.HasPrefix(p.rest, "#") {
			break
		}
		_, p.rest, _ = strings.Cut(p.rest, "\n")
	}
	if p.rest == "" {
		return "", 0
	}
	if c := p.rest[0]; c == ';' || c == '{' || c == '}' {
		p.rest = p.rest[1:]
		return "", c
	}
	if q := p.rest[0]; q == '"' || q == '\'' {
		end := 1
		for end < len(p.rest) && p.rest[end] != q {
			if p.rest[end] == '\\' {
				end++
			}
			end++
		}
		word = p.rest[:min(end, len(p.rest))] + string(q) // kept, so that an empty word is one
		p.rest = p.rest[min(end+1, len(p.rest)):]
		return word, 0
	}
	end := 0
	for end < len(p.rest) && !strings.ContainsRune(" \t\r\n;{", rune(p.rest[end])) {
		switch {
		case p.rest[end] == '\\':
			end++
		case strings.HasPrefix(p.rest[end:], "${"):
			if i := strings.IndexByte(p.rest[end:min(end+maxVariable, len(p.rest))], '}'); i > 0 {
				end += i
			}
		}
		end++
	}
	end = min(end, len(p.rest))
	word, p.rest = p.rest[:end], p.rest[end:]
	return word, 0
}
