package workload

import (
	"slices"
	"strings"
	"unicode"
)

// This file judges from a name whether it is one of data, or of a directory.

// dataWords are the words of a name that say it is for data; dirWords those that say it
// is for a directory.
var (
	dataWords = strings.Fields("data db database databases sqlite storage store upload uploads cache caches log logs logging file files media dir directory dirname folder volume backup backups state spool workspace repo repos " +
		"download downloads output attachments archive temp tmp home")
	dirWords = strings.Fields("dir directory dirname folder volume")
	// storeWords are those of dataWords that do not name a directory that is only read.
	storeWords = strings.Fields("data db database databases sqlite storage store upload uploads cache caches log logs logging media backup backups state spool download downloads attachments")
	urlWords   = strings.Fields("url uri route routes endpoint api href link links prefix base public page")
)

// namesData reports whether the name of a variable, an option or a property names a
// place for data.
func namesData(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool {
		return slices.Contains(dataWords, w) || len(w) > 3 && (strings.HasSuffix(w, "dir") || strings.HasSuffix(w, "folder"))
	}) && !slices.ContainsFunc(nameWords(name), func(w string) bool { return slices.Contains(urlWords, w) })
}

// namesStore reports whether a name says more than that it is a directory or files:
// that data is there.
func namesStore(name string) bool {
	return namesData(name) && slices.ContainsFunc(nameWords(name), func(w string) bool { return slices.Contains(storeWords, w) })
}

// namesData is the function of that name, evaluated once for each name.
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

// namesDirectory reports whether a name names a directory.
func namesDirectory(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool {
		return slices.Contains(dirWords, w) || len(w) > 3 && (strings.HasSuffix(w, "dir") || strings.HasSuffix(w, "folder"))
	})
}

// nameWords splits a name at punctuation and at changes of case, in lower case.
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
