package stage

import (
	"testing"
	"testing/fstest"
)

// TestAccountsOfScripts follows scripts of the build context, over accounts with root and
// node (1000:1000).
func TestAccountsOfScripts(t *testing.T) {
	context := fstest.MapFS{
		"build/setup.sh": {Data: []byte("set -e\nNAME=deploy\nuseradd -u 1500 deploy\n")},
		"plain.sh":       {Data: []byte("echo hello\n")},
		"outer.sh":       {Data: []byte("#!/bin/bash\nsh /tmp/setup.sh\n")},
		"perhaps.sh":     {Data: []byte("id web || useradd web\n")},
		"edit.sh":        {Data: []byte("echo web:x:1:1::/: >> /etc/passwd\n")},
		"make.py":        {Data: []byte("#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(['useradd', 'web'])\n")},
		"loop.sh":        {Data: []byte("sh /loop.sh\n")},
	}
	for _, c := range []struct{ name, file, want string }{
		{"copied", "COPY build/setup.sh /tmp/\nRUN sh /tmp/setup.sh", "deploy 1500:1500 deploy -"},
		{"with options", "COPY build/ /tmp/\nRUN bash -eux /tmp/setup.sh", "deploy 1500:1500 deploy -"},
		{"by its path", "WORKDIR /b\nCOPY . .\nRUN cd build && ./setup.sh", "deploy 1500:1500 deploy -"},
		{"mounted", "RUN --mount=source=build,target=/b sh /b/setup.sh", "deploy 1500:1500 deploy -"},
		{"mounted alone", "RUN --mount=type=bind,src=build/setup.sh,dst=/s.sh sh /s.sh", "deploy 1500:1500 deploy -"},
		{"mounted from elsewhere", "RUN --mount=from=x,target=/b sh /b/setup.sh", ""},
		{"in a heredoc", "COPY <<EOF /tmp/setup.sh\nuseradd -u 1600 web\nEOF\nRUN sh /tmp/setup.sh", "web 1600:1600 web -"},
		{"by another script", "COPY build/setup.sh outer.sh /tmp/\nRUN /tmp/outer.sh", "deploy 1500:1500 deploy -"},
		{"replaced", "COPY build/setup.sh /tmp/\nCOPY plain.sh /tmp/setup.sh\nRUN sh /tmp/setup.sh", ""},
		{"run before it is there", "RUN sh /tmp/setup.sh\nCOPY build/setup.sh /tmp/", ""},
		{"only made executable", "COPY build/setup.sh /tmp/\nRUN chmod +x /tmp/setup.sh", ""},
		{"without accounts", "COPY plain.sh /\nRUN sh /plain.sh", ""},
		{"without an end", "COPY loop.sh /\nRUN sh /loop.sh", ""},
		{"under a condition", "COPY perhaps.sh /\nRUN sh /perhaps.sh", "line 3 runs perhaps.sh: useradd runs only under a condition"},
		{"run under a condition", "COPY build/setup.sh /\nRUN [ -e /x ] || sh /setup.sh", "line 3 runs build/setup.sh: useradd runs only under a condition"},
		{"account files", "COPY edit.sh /\nRUN sh /edit.sh", "line 3 runs edit.sh, which writes the account files by itself"},
		{"another language", "COPY make.py /\nRUN /make.py", "line 3 runs make.py, which may change them in a way that is not followed"},
		{"taken", "COPY build/setup.sh /\nRUN sh /setup.sh && sh /setup.sh", "line 3 runs build/setup.sh: the user deploy exists already, so it does not build"},
	} {
		a := final(t, "FROM a\n"+c.file+"\n", testBase, Options{Context: context}).Accounts
		got := show(a)
		if a.Err != nil {
			got = a.Err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if a.Fails != nil {
			t.Errorf("%s: a script's command is said to be line %d's", c.name, a.Fails.Line)
		}
	}
}

// TestCopiedAccountFiles: copies that may take the place of the account files, and others
// like them.
func TestCopiedAccountFiles(t *testing.T) {
	context := fstest.MapFS{
		"rootfs/etc/passwd": {}, "rootfs/etc/motd": {}, "other/etc/motd": {}, "etc/group": {}, "passwd": {},
	}
	for _, c := range []struct{ file, want string }{
		{"FROM a\nCOPY rootfs/ /", "line 2 copies rootfs/etc/passwd over those of the base image"},
		{"FROM a\nCOPY other/ /", ""},
		{"FROM a\nCOPY rootfs/etc /etc/", "line 2 copies rootfs/etc/passwd over those of the base image"},
		{"FROM a\nCOPY rootfs /app/", ""},
		{"FROM a\nCOPY passwd other/etc/motd /etc/", "line 2 copies passwd over those of the base image"},
		{"FROM a\nCOPY . /", "line 2 copies etc/group over those of the base image"},
		{"FROM a\nADD rootfs.tgz /", "line 2 copies a whole root file system"},
		{"FROM a\nADD rootfs.tgz /app/", ""},
		{"FROM a AS b\nCOPY rootfs /out\nFROM a\nCOPY --from=b /out /", "line 4 copies rootfs/etc/passwd over those of the base image"},
		{"FROM a AS b\nCOPY other /out\nFROM a\nCOPY --from=b /out /", ""},
		{"FROM a AS b\nRUN cp -r /etc /out/etc && cat /out/etc/passwd\nFROM a\nCOPY --from=b /out/ /", "line 4 copies /out/etc/passwd over those of the base image"},
		{"FROM a AS b\nRUN apk add --root /out --initdb busybox\nFROM a\nCOPY --from=b /out/ /", "line 4 copies /out/etc/passwd over those of the base image"},
		{"FROM a AS b\nRUN make install DESTDIR=/out\nFROM a\nCOPY --from=b /out/ /", ""},
		{"FROM a AS b\nFROM a\nCOPY --from=b /etc/passwd /etc/", "line 3 copies /etc/passwd over those of the base image"},
		{"FROM a AS b\nFROM a\nCOPY --from=b /go/bin/app /", ""},
	} {
		a := final(t, c.file+"\n", testBase, Options{Context: context}).Accounts
		got := ""
		if a.Err != nil {
			got = a.Err.Error()
		}
		if got != c.want {
			t.Errorf("%q, want %q in\n%s", got, c.want, c.file)
		}
	}
}

// TestNeedsAll: an account that the base image may have is not known, until all are.
func TestNeedsAll(t *testing.T) {
	partial := *testBase
	accounts := *testBase.Accounts
	accounts.Complete = false
	partial.Accounts = &accounts
	const file = "FROM a\nRUN usermod -u 1500 web\n"
	if a := final(t, file, &partial, Options{}).Accounts; !a.NeedsAll() {
		t.Errorf("%v, and all accounts are not asked for", a.Err)
	}
	if a := final(t, file, testBase, Options{}).Accounts; a.NeedsAll() {
		t.Errorf("%v, and more than all accounts are asked for", a.Err)
	}
	if a := final(t, "FROM a\nRUN id x || useradd x\n", &partial, Options{}).Accounts; a.NeedsAll() {
		t.Errorf("%v does not depend on the accounts", a.Err)
	}
}
