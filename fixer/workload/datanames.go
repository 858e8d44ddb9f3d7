package workload

import (
	"slices"
	"strings"
	"unicode"
)

// This file tells from a name whether data are there, or a directory is.

// dataWords are what the words of a name say that is for data; dirWords that it
// is for a directory.
var (
	dataWords = strings.Fields("data db database databases sqlite storage store upload uploads cache caches log logs logging file files media dir directory dirname folder volume backup backups state spool workspace repo repos " +
		"download downloads output attachments archive temp tmp home")
	dirWords = strings.Fields("dir directory dirname folder volume")
	// storeWords are those of dataWords that are of no directory that is only read.
	storeWords = strings.Fields("data db database databases sqlite storage store upload uploads cache caches log logs logging media backup backups state spool download downloads attachments")
	urlWords   = strings.Fields("url uri route routes endpoint api href link links prefix base public page")
)

// namesData reports whether the name of a variable, an option or a property says
// that data are there.
func namesData(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool {
		return slices.Contains(dataWords, w) || len(w) > 3 && (strings.HasSuffix(w, "dir") || strings.HasSuffix(w, "folder"))
	}) && !slices.ContainsFunc(nameWords(name), func(w string) bool { return slices.Contains(urlWords, w) })
}

// namesStore reports whether a name says that data are there, and not only that it
// is of a directory or of files.
func namesStore(name string) bool {
	return namesData(name) && slices.ContainsFunc(nameWords(name), func(w string) bool { return slices.Contains(storeWords, w) })
}

// namesData is the function of that name, asked once for each name.
func (u *unit) namesData(name string) bool {
	is, known := u.data[name]
	if !known {
		if u.data == nil {
			u.data = map[string]bool{}
		}
		is = namesData(name)
		u.data[name] = is
	}
	return is
}

// namesDirectory reports whether a name says that it is of a directory.
func namesDirectory(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool {
		return slices.Contains(dirWords, w) || len(w) > 3 && (strings.HasSuffix(w, "dir") || strings.HasSuffix(w, "folder"))
	})
}

// nameWords splits a name at signs and at changes of case, in lower case.
func nameWords(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte(' ')
		}
		if lower = unicode.IsLower(r) || unicode.IsDigit(r); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = ' '
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(b.String())
}
