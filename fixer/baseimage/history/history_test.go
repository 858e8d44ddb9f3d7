package history

import (
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func TestReadEntry(t *testing.T) {
	tests := []struct {
		line string
		kind kind
		text string
		exit bool
	}{
		{`/bin/sh -c apt-get update`, run, `apt-get update`, false},
		{`/bin/sh -c #(nop)  CMD ["node"]`, inert, `CMD ["node"]`, false},
		{`/bin/sh -c #(nop) ADD file:abc in / `, copied, `ADD file:abc in /`, false},
		{`|1 A=b /bin/sh -c id`, run, `id`, false},
		{`|1 A=/x /bin/y /bin/sh -c id`, run, `id`, false},
		{`|1 A=/x /bin/y`, foreign, `|1 A=/x /bin/y`, false},
		{`|2 A=b c D=/x/y z /bin/sh -c id`, run, `id`, false},
		{`RUN /bin/sh -c id # buildkit`, run, `id # buildkit`, false},
		{`RUN |1 A=b /bin/bash -euo pipefail -c id # buildkit`, run, `id # buildkit`, true},
		{`RUN /bin/bash -o errexit -c id # buildkit`, run, `id # buildkit`, true},
		{`RUN /bin/ash -o pipefail -c id # buildkit`, run, `id # buildkit`, false},
		{`RUN /setup --user app # buildkit`, command, `RUN /setup --user app`, false},
		{`RUN powershell -Command id`, command, `RUN powershell -Command id`, false},
		{`COPY a b /dir/ # buildkit`, copied, `COPY a b /dir/`, false},
		{`WORKDIR /app`, inert, `WORKDIR /app`, false},
		{`bazel build ...`, foreign, `bazel build ...`, false},
		{``, foreign, ``, false},
		{`|`, foreign, `|`, false},
		{`/bin/sh -c`, foreign, `/bin/sh -c`, false},
	}
	for _, tt := range tests {
		got := readEntry(tt.line)
		// "# buildkit" is a comment to the shell, and may stay.
		if got.kind != tt.kind || strings.TrimSuffix(got.text, " # buildkit") != strings.TrimSuffix(tt.text, " # buildkit") || got.errexit != tt.exit {
			t.Errorf("%q: %+v", tt.line, got)
		}
	}
}

// FuzzHistory: reading any image history ends, and users have names.
func FuzzHistory(f *testing.F) {
	f.Add("RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid node node # buildkit")
	f.Add("RUN |1 A=b /bin/bash -eo pipefail -c cat <<-'A' <<B >/etc/passwd\n\tuseradd x\n\tA\n$(adduser)\nB\n # buildkit")
	f.Add("/bin/sh -c #(nop) COPY file:abc in /etc/passwd ")
	f.Add("sh -c ()0")
	f.Add("# debian.sh --arch 'amd64' out/ 'bookworm'")
	f.Fuzz(func(t *testing.T, line string) {
		c := &v1.ConfigFile{History: []v1.History{{CreatedBy: line}}, RootFS: v1.RootFS{DiffIDs: make([]v1.Hash, 1)}}
		entries, complete := readHistory(c)
		scripts := readScripts(entries)
		readDistro(c, entries, scripts, complete)
		for _, u := range readAccounts(entries, scripts, complete).users {
			if u.Name == "" {
				t.Errorf("a user without a name: %+v", u)
			}
		}
	})
}
