package transforms

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// TestNginxModes: COPY keeps the modes of the context, and a master that is not
// root can't open files that only their owner may read.
func TestNginxModes(t *testing.T) {
	const server = "server { listen 8080; }"
	for _, c := range []struct {
		name, src string
		context   fstest.MapFS
		want      string // in the one finding
	}{
		{"everybody's", "COPY a.conf /etc/nginx/conf.d/default.conf\n", fstest.MapFS{"a.conf": {Data: []byte(server), Mode: 0o644}}, "USER nginx"},
		{"a file", "COPY a.conf /etc/nginx/conf.d/default.conf\n", fstest.MapFS{"a.conf": {Data: []byte(server), Mode: 0o600}}, "only its owner can read a.conf"},
		{"a directory", "COPY conf /etc/nginx\n", fstest.MapFS{"conf": {Mode: fs.ModeDir | 0o700}, "conf/nginx.conf": {Data: []byte(server), Mode: 0o644}}, "only its owner can read conf"},
		{"what it serves", "COPY a.conf /etc/nginx/conf.d/default.conf\nCOPY html /usr/share/nginx/html\n",
			fstest.MapFS{"a.conf": {Data: []byte(server), Mode: 0o644}, "html/a": {Mode: 0o600}}, "USER nginx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := imagebuild.Source{Name: "Dockerfile", Src: []byte("FROM nginx\n" + c.src), Context: c.context}
			r, err := imagebuild.Run(t.Context(), src, []*fixer.Transform{NonrootUser}, baseimage.Table{}, fixer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				if f.ID == NonrootUser.ID && strings.Contains(f.Sentence(), c.want) {
					return
				}
			}
			t.Errorf("%+v, want %q", r.Findings, c.want)
		})
	}
}
