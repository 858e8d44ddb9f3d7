package workload

// SourceMatching returns the first source of the context, other than one, whose text
// matches; "" for none.
func (f *Files) SourceMatching(matches func(text string) bool, but string) (found string) {
	if f.files == nil {
		return ""
	}
	f.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		if found == "" && gap == nil && s.name != but && (s.lang != "" || s.node) && matches(text) {
			found = s.name
		}
	})
	return found
}
