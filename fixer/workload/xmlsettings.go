package workload

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads the configuration of logging libraries, in XML (logback.qos.ch,
// "Configuration"; logging.apache.org, "Log4j configuration"; nlog-project.org).

var (
	// loggingFile matches the names of such files.
	loggingFile = lazyregexp.New(`(?i)^(?:logback|log4j2?|log4net|nlog)[\w.-]*\.(?:xml|config|properties)$`)
	// xmlValue matches an element or an attribute whose value is an absolute path.
	xmlValue = lazyregexp.New(`<([\w:]+)[^<>]*>\s*(/[^<>\n]+?)\s*<|\b([\w:]+)\s*=\s*"(/[^"\n]+)"`)
)

// xmlSettings returns the absolute paths of an XML file, with the element or the attribute
// that has each.
func xmlSettings(_, text string) (list []setting, err error) {
	at, line := 0, 1
	for _, m := range xmlValue.FindAllStringSubmatchIndex(text, maxSettings) {
		line, at = line+strings.Count(text[at:m[0]], "\n"), m[0]
		key, value := 2, 4
		if m[2] < 0 {
			key, value = 6, 8
		}
		list = append(list, setting{[]string{text[m[key]:m[key+1]]}, text[m[value]:m[value+1]], line})
	}
	return list, nil
}
