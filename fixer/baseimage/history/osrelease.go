package history

import (
	"bufio"
	"bytes"
	"cmp"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// ReadOSRelease returns the distribution that /etc/os-release names
// (freedesktop.org, os-release(5)). Its Family is Unknown if neither ID nor
// ID_LIKE is known; a part that the file doesn't state is "".
func ReadOSRelease(text []byte) *baseimage.Distro {
	values := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		if name, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "="); ok && !strings.HasPrefix(name, "#") {
			values[name] = unquote(value)
		}
	}
	d := &baseimage.Distro{
		ID: values["ID"], Version: values["VERSION_ID"], Codename: values["VERSION_CODENAME"],
		Family: baseimage.Unknown, Source: baseimage.FromLayer,
	}
	for _, id := range append([]string{d.ID}, strings.Fields(values["ID_LIKE"])...) {
		if f, ok := families[id]; ok {
			d.Family = f
			break
		}
	}
	if d.ID == "debian" {
		codename, _ := debianRelease(d.Version)
		d.Codename = cmp.Or(d.Codename, codename)
	}
	// The images of github.com/GoogleContainerTools/distroless have Debian's
	// file with another title.
	if strings.EqualFold(values["PRETTY_NAME"], "distroless") {
		d.Family = baseimage.Distroless
	}
	return d
}

// families are the families of distributions, keyed by ID, including IDs that occur in
// ID_LIKE.
var families = map[string]baseimage.Family{
	"alpine": baseimage.Alpine,
	"debian": baseimage.Debian, "ubuntu": baseimage.Debian,
	"rhel": baseimage.RHEL, "fedora": baseimage.RHEL, "centos": baseimage.RHEL, "amzn": baseimage.RHEL, "ol": baseimage.RHEL,
	"wolfi": baseimage.Wolfi, "chainguard": baseimage.Wolfi,
}

// unquote removes the quotes from a value that a shell could read.
func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		s = s[1 : n-1]
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\$`, `$`, "\\`", "`").Replace(s)
}
