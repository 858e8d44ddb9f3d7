package workload

import (
	"path"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds what reads .env files.

// readsEnvFile matches a use of a package of the dotenv family, in any language, a call that
// reads such a file, and its name in quotes (github.com/motdotla/dotenv, nodejs.org
// "process.loadEnvFile", docs.nestjs.com "Configuration", docs.pydantic.dev "Dotenv (.env)
// support", github.com/HBNetwork/python-decouple, django-environ.readthedocs.io).
var readsEnvFile = textMatcher{[]string{"otenv", "otEnv", "otNetEnv", "OTENV", "oadEnv", "ConfigModule", "env_file", "read_env", "decouple", ".env"}, lazyregexp.New(
	`(?i:dotenv|dotnetenv)|\bloadEnv(?:File|Config)\b|\bConfigModule\.forRoot\b|\benv_file\s*=|\bread_env\(|\bdecouple\b|` +
		"['\"`/]\\.env(?:\\.[\\w.${}-]+)?['\"`]")}

// EnvReader returns the first line of the sources, and of the settings of tools that are
// written as one, that reads a .env file. Sources that can't be read are taken to read none.
func (f *Files) EnvReader() (line Evidence, found bool) {
	f.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		if found || gap != nil || languageOf[path.Ext(s.name)] == "" {
			return
		}
		l := lines{text: text}
		for _, at := range readsEnvFile.in(text) {
			if e := l.evidence(s.name, at); !found && !isComment(e.Text) {
				line, found = e, true
			}
		}
	})
	return line, found
}
