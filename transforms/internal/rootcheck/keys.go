package rootcheck

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds keys that the build makes: their tools let only the owner read them.

// keys returns the instructions that make such keys.
func (x *examiner) keys() (list []blockers.Blocker) {
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if !stage.IsRoot(s.Before.User.Text) || c.Name == "gpg" && inTemporaryHome(s) {
			return
		}
		if files, makes := keyFiles(c); makes && !x.allOpened(s, files) {
			list = append(list, blockers.Files(s.In.Line, "%s in line %d makes keys that only root can read", c.Name, s.In.Line))
		}
	})
	return append(list, x.snakeoil()...)
}

// opensslKeys are the commands of openssl that write a private key, with the options that
// name its file: that gets mode 0600. What they print, a redirection writes with the mode of
// any file (openssl, apps/lib/apps.c, "bio_open_owner").
var opensslKeys = map[string][]string{
	"genrsa": {"-out"}, "genpkey": {"-out"}, "req": {"-keyout"}, "gendsa": {"-out"}, "ecparam": {"-out"}, "pkcs12": {"-out"}, "pkcs8": {"-out"},
	"rsa": {"-out"}, "ec": {"-out"}, "dsa": {"-out"}, "pkey": {"-out"}, "dsaparam": {"-out"},
}

// keyFiles reports whether a call makes private keys, and returns their files where the
// call names them.
func keyFiles(c shell.Call) (files []shell.Word, makes bool) {
	switch c.Name {
	case "openssl":
		return opensslFiles(c)
	case "ssh-keygen":
		return after(c, "-f"), !c.Has("-l", "-y", "-F", "-R", "-H", "-e")
	case "mkcert", "certbot", "step":
		return nil, !c.Has("--version", "version", "help", "--help", "-CAROOT")
	case "gpg":
		return nil, !c.Has("--verify", "--import", "--dearmor", "--recv-keys", "--version", "--list-keys", "--fingerprint")
	}
	return nil, false
}

func opensslFiles(c shell.Call) (files []shell.Word, makes bool) {
	if len(c.Args) == 0 || c.Has("-pubout", "-pubin", "-noout", "-help") {
		return nil, false
	}
	options, ok := opensslKeys[c.Args[0].Text]
	switch {
	case !ok, c.Args[0].Text == "req" && !c.Has("-newkey", "-new", "-keyout", "-x509"), c.Args[0].Text == "req" && c.Has("-key") && !c.Has("-keyout"):
		return nil, false
	case slices.Contains([]string{"ecparam", "dsaparam"}, c.Args[0].Text) && !c.Has("-genkey"):
		return nil, false
	case c.Args[0].Text == "pkcs12" && c.Has("-nokeys"):
		return nil, false
	}
	files = after(c, options[0])
	return files, len(files) > 0 || c.Args[0].Text == "req" // which has a file of its own then
}

// after returns the word that follows an option, none for none.
func after(c shell.Call, option string) []shell.Word {
	for i, w := range c.Args[:max(0, len(c.Args)-1)] {
		if w.Text == option {
			return c.Args[i+1 : i+2]
		}
	}
	return nil
}

// inTemporaryHome reports whether a RUN makes a directory for the keys of gpg that it
// removes again.
func inTemporaryHome(s stage.Step) bool {
	text := steps.Text(s.In)
	return strings.Contains(text, "mktemp") && (strings.Contains(text, "rm -rf") || strings.Contains(text, "rm -r ")) && strings.Contains(text, "GNUPGHOME")
}

// snakeoil returns the key that a package makes: Debian's ssl-cert lets root and its group
// read it (the package's postinst).
func (x *examiner) snakeoil() (list []blockers.Blocker) {
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if (c.Name == "apt-get" || c.Name == "apt") && c.Has("install") && c.Has("ssl-cert") {
			list = append(list, blockers.Files(s.In.Line, "line %d installs ssl-cert, whose key only root can read", s.In.Line))
		}
	})
	return list
}
