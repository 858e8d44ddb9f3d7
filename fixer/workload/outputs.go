package workload

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file knows which arguments of programs name what they write.

// outputsOf are the programs that write files which their arguments name, beside the
// fileTools: the options that name them, and "first", "last" or "all" for the operands
// (their manual pages). Only what is certain of each way to call them is here.
var outputsOf = map[string]string{
	"pg_dump": "-f --file", "pg_dumpall": "-f --file", "mysqldump": "-r --result-file", "mariadb-dump": "-r --result-file", "mongodump": "-o --out --archive", "mongoexport": "-o --out",
	"redis-cli": "--rdb", "sqlite3": "first", "zip": "first", "unzip": "-d", "7z": "-o", "openssl": "-out -keyout", "ssh-keygen": "-f", "gpg": "-o --output", "pandoc": "-o --output",
	"ffmpeg": "last", "wkhtmltopdf": "last", "wkhtmltoimage": "last", "soffice": "--outdir", "libreoffice": "--outdir", "yt-dlp": "-o --output -P --paths", "youtube-dl": "-o --output",
	"rsync": "last", "mkfifo": "all", "truncate": "all", "cp": "last", "mv": "last", "ln": "last", "install": "last", "mkdir": "all", "touch": "all", "tee": "all", "rm": "all", "rmdir": "all",
	"flock": "first", "sponge": "first", "keytool": "-keystore -destkeystore", "curl": "-o --output", "wget": "-O --output-document -P --directory-prefix",
}

// singleDash are programs whose long options have one dash.
var singleDash = []string{"openssl", "ffmpeg", "wkhtmltopdf", "wkhtmltoimage"}

// outputs returns the words of a call that name what it writes, as outputsOf and tar say.
func outputs(c shell.Call) (files []shell.Word) {
	if c.Name == "tar" || c.Name == "bsdtar" {
		return tarOutputs(c)
	}
	switch c.Name {
	case "dd":
		return afterPrefix(c, "of=")
	case "socat": // the file of a socket that it makes
		return append(afterPrefix(c, "UNIX-LISTEN:"), afterPrefix(c, "UNIX-RECV:")...)
	case "mktemp":
		return temporaries(c)
	}
	what := strings.Fields(outputsOf[c.Name])
	if len(what) == 0 {
		return nil
	}
	if slices.Contains(singleDash, c.Name) && strings.HasPrefix(what[0], "-") {
		for i, a := range c.Args[:max(0, len(c.Args)-1)] {
			if slices.Contains(what, a.Text) {
				files = append(files, c.Args[i+1])
			}
		}
		return files
	}
	values, operands := c.Options(func(o string) bool { return slices.Contains(what, o) || o == "-m" || o == "-s" || o == "-t" })
	for _, option := range what {
		if w, ok := values[option]; ok && (w.Text != "" || !w.Known) && w.Text != "-" {
			files = append(files, w)
		}
	}
	switch n := len(operands); {
	case n == 0:
	case what[0] == "first":
		files = append(files, operands[0])
	case what[0] == "last":
		files = append(files, operands[n-1])
	case what[0] == "all":
		files = append(files, operands...)
	}
	return files
}

// afterPrefix returns what the arguments have after a prefix, up to a comma.
func afterPrefix(c shell.Call, prefix string) (files []shell.Word) {
	for _, a := range c.Args {
		raw, ok := strings.CutPrefix(strings.Trim(a.Raw, `"'`), prefix)
		if !ok {
			continue
		}
		raw, _, _ = strings.Cut(raw, ",")
		text, _, _ := strings.Cut(strings.TrimPrefix(a.Text, prefix), ",")
		files = append(files, shell.Word{Text: text, Known: a.Known, Raw: raw})
	}
	return files
}

// temporaries returns the directory, or the template with one, of a call of mktemp; without
// one it takes that of all users.
func temporaries(c shell.Call) (files []shell.Word) {
	values, operands := c.Options(func(o string) bool { return o == "-p" || o == "--suffix" })
	for _, option := range []string{"-p", "--tmpdir"} {
		if w, ok := values[option]; ok && w.Text != "" {
			return []shell.Word{w}
		}
	}
	if _, below := values["-t"]; below || len(operands) == 0 {
		return nil
	}
	return operands[:1]
}

// tarOutputs returns the archive that a call of tar makes, or the directory that it unpacks
// to.
func tarOutputs(c shell.Call) []shell.Word {
	if len(c.Args) > 0 && c.Args[0].Known && strings.Trim(c.Args[0].Text, "cxrutzjJvpfh") == "" {
		c.Args = slices.Clone(c.Args) // tar czf, without a dash
		c.Args[0].Text = "-" + c.Args[0].Text
	}
	values, _ := c.Options(func(o string) bool { return slices.Contains(strings.Fields("-f --file -C --directory"), o) })
	has := func(options ...string) bool {
		return slices.ContainsFunc(options, func(o string) bool { _, ok := values[o]; return ok })
	}
	options := []string{"-f", "--file"}
	switch {
	case has("-x", "--extract", "--get"):
		options = []string{"-C", "--directory"}
	case !has("-c", "-r", "-u", "--create", "--append", "--update"):
		return nil
	}
	for _, o := range options {
		if w, ok := values[o]; ok && w.Text != "-" {
			return []shell.Word{w}
		}
	}
	return nil
}
