package repository

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file recognizes mounts in lines of any format.

// nearMount is the number of lines after one that names mounts in which a key like "path"
// is one of a mount.
const nearMount = 10

var (
	// mountWord matches what names mounts.
	mountWord = lazyregexp.New(`(?i)volume|mount|\bbinds?\b|type=["']?path`)

	// pairEnd matches the target of SOURCE:TARGET[:OPTIONS], from the colon on.
	pairEnd = lazyregexp.New(`^:(/[\w./@+-]*)(?::([A-Za-z]+(?:,[A-Za-z]+)*))?(?:$|[\s"'` + "`" + `,;)\]}<])`)
	// pairStart matches the source, up to the colon: a path of the host, which a variable or an
	// expression may begin or be, or the name of a volume.
	pairStart = lazyregexp.New(`(?:^|[\s"'` + "`" + `=,(\[>])((?:[A-Za-z]:)?(?:\$?\{\{?[^{}]*\}?\}|\$\([^()]*\)|[^\s"'` + "`" + `=,;:()\[\]{}<>|&]|<[\w -]+>)+)$`)
	// hostPath matches the sources that are paths of a host; volumeName the names of volumes.
	hostPath   = lazyregexp.New(`^(?:[/~.$%{<]|[A-Za-z]:)`)
	volumeName = lazyregexp.New(`^[A-Za-z0-9][\w.-]+$`)
	// listOfPaths matches what comes before the value of a variable like PATH.
	listOfPaths = lazyregexp.New(`(?i)path["']?\s*[:=]+\s*["']?$`)
	// scheme matches what is before the colon in a URL, or in the text of an error.
	scheme = lazyregexp.New(`(?i)^(?:jdbc|sqlite3?|file|unix|https?|wss?|tcp|ssh|git|s3|gs|ftp|link|error|warning|portal|npm|enoent|eacces)$`)
	// copies matches the programs whose HOST:PATH is on another machine.
	copies = lazyregexp.New(`\b(?:scp|rsync|sftp|git)\b|\b(?:docker|podman|kubectl|oc)\b[^|;&]*\scp\s`)

	// mountKey matches the keys that only mounts have, containerKey those that others have too,
	// each with an absolute path as the value.
	mountKey     = lazyregexp.New(`(?i)\b(?:container[_-]?(?:path|dir|directory|mount)|(?:required)?mount[_-]?(?:path|point|dir)|bind["'])["']?\s*(?:[:=]|=>|\()\s*\[?["']?(/[\w./@+-]+)`)
	containerKey = lazyregexp.New(`(?i)(?:^|[\s"'{,;<(\[-])(?:target|destination|dest|dst|path|container|guest|bind|to)["']?\s*(?:[:=]|=>)\s*["']?(/[\w./@+-]+)`)
	// ofHost matches a key whose value, or whose inner path, is one of the host or of a server.
	ofHost = lazyregexp.New(`(?i)host[_-]?path|\bnfs\b|httpget|\blocal["']?\s*:|\burl\b|\broute`)
	// readOnlyMark matches what makes a mount read-only, blockEdge a line that begins or ends
	// the entry that a key is in.
	readOnlyMark = lazyregexp.New(`(?i)\bread[_-]?only["']?\s*(?:[:=]|=>)\s*["']?true|\bmode["']?\s*[:=]\s*["']?ro\b|,(?:ro|readonly)(?:$|[,\s"'])`)
	blockEdge    = lazyregexp.New(`^\s*-\s|[{}\[\]]\s*,?\s*$`)
)

// maxEntry is the number of lines of an entry, before and after a key.
const maxEntry = 6

// isReadOnly reports whether the entry that the i-th of some lines is in is one of a
// read-only mount.
func isReadOnly(lines []string, i int) bool {
	if readOnlyMark.MatchString(lines[i]) {
		return true
	}
	for j := i; j > max(0, i-maxEntry) && !blockEdge.MatchString(lines[j]); j-- {
		if readOnlyMark.MatchString(lines[j-1]) {
			return true
		}
	}
	for j := i + 1; j < min(len(lines), i+maxEntry) && !blockEdge.MatchString(lines[j]); j++ {
		if readOnlyMark.MatchString(lines[j]) {
			return true
		}
	}
	return false
}

// maxPairs bounds the pairs of one line.
const maxPairs = 50

// mayMount reports whether a line has an absolute path after a separator: a cheap test, since
// few lines do.
func mayMount(line string) bool {
	for at := 1; at < len(line); at++ {
		next := strings.IndexByte(line[at:], '/')
		if next < 0 {
			return false
		}
		at += next
		if at+1 < len(line) && line[at+1] == '/' {
			at++
			continue
		}
		before := strings.TrimRight(line[:at], " \t\"'[")
		if before != "" && strings.IndexByte(":=>(", before[len(before)-1]) >= 0 {
			return true
		}
	}
	return false
}

// isNearMount reports whether one of the lines up to the i-th names mounts.
func isNearMount(lines []string, i int) bool {
	for _, line := range lines[max(0, i-nearMount) : i+1] {
		if len(line) <= maxMentionLine && mountWord.MatchString(line) {
			return true
		}
	}
	return false
}

// mountsOf returns what the i-th of some lines mounts. ofSource: they are those of a
// source.
func mountsOf(lines []string, i int, ofSource bool) (list []workload.Mount) {
	line := lines[i]
	for at, n := 0, 0; n < maxPairs; n++ {
		next := strings.Index(line[at:], ":/")
		if next < 0 {
			break
		}
		if m, ok := pairAt(line, at+next); ok {
			list = append(list, m)
		}
		at += next + 2
	}
	keys := mountKey.FindAllStringSubmatch(line, maxPairs)
	if !ofSource && isNearMount(lines, i) && !ofHost.MatchString(line) && (i == 0 || !ofHost.MatchString(lines[i-1])) {
		keys = append(keys, containerKey.FindAllStringSubmatch(line, maxPairs)...)
	}
	for _, m := range keys {
		list = append(list, workload.Mount{Target: m[1], Kind: workload.Volume, Existing: true, ReadOnly: isReadOnly(lines, i)})
	}
	return list
}

// pairAt returns the mount SOURCE:TARGET whose colon is at an offset, if it is one.
func pairAt(line string, colon int) (m workload.Mount, ok bool) {
	end := pairEnd.FindStringSubmatch(line[colon:])
	if end == nil || strings.HasPrefix(end[1], "//") {
		return m, false
	}
	const longest = 512
	before := line[max(0, colon-longest):colon]
	start := pairStart.FindStringSubmatchIndex(before)
	if start == nil {
		return m, false
	}
	m = workload.Mount{Source: before[start[2]:start[3]], Target: end[1], Kind: workload.Bind}
	for o := range strings.SplitSeq(end[2], ",") {
		m.ReadOnly = m.ReadOnly || o == "ro" || o == "readonly"
		m.Existing = m.Existing || o == "nocopy"
	}
	switch {
	case listOfPaths.MatchString(before[:start[2]]) || workload.IsTemporary(m.Target):
		return m, false
	case hostPath.MatchString(m.Source):
		return m, true
	}
	m.Kind = workload.Volume
	return m, volumeName.MatchString(m.Source) && !scheme.MatchString(m.Source) && !copies.MatchString(line)
}
