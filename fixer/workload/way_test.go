package workload

import (
	"slices"
	"testing"
)

func TestScriptEnd(t *testing.T) {
	args := []string{"node", "server.js"}
	for script, want := range map[string]struct {
		argv  []string
		looks bool
	}{
		"#!/bin/sh\nset -e\nexec \"$@\"\n":                      {args, false},
		"#!/bin/sh\r\nexec \"$@\"\r\n# end\r\n\r\n":             {args, false},
		"#!/bin/sh\nexec gosu node \"$@\"":                      {args, false},
		"#!/bin/sh\n[ \"$1\" = node ] && id\nexec \"$@\"":       {args, true},
		"#!/bin/sh\nif [ \"${1#-}\" ]; then x; fi\nexec \"$@\"": {args, true},
		"#!/bin/sh\nshift\nexec \"$@\"":                         {args, true},
		"#!/bin/sh\nset -- node \"$@\"\nexec \"$@\"":            {args, true},
		"#!/bin/sh\nid\nexec node worker.js\n":                  {[]string{"node", "worker.js"}, true},
		"#!/bin/sh\n\"$@\"\n":                                   {},
		"#!/bin/sh\nexec \"$@\" &\n":                            {},
		"#!/bin/sh\nexec $@\n":                                  {args, false},
		"#!/bin/sh\nexec \"${@}\"\n":                            {args, false},
		"#!/bin/bash\nCMD=(\"$@\")\nexec \"${CMD[@]}\"\n":       {args, true},
		"#!/bin/sh\nnode server.js\n":                           {},
		"#!/bin/sh\nexec node server.js > /log\n":               {},
		"#!/bin/sh\ntrue && \\\nexec \"$@\"\n":                  {},
		"exec \"$@\"\n":                                         {},
		"":                                                      {},
	} {
		argv, looks, ok := scriptEnd(script, args)
		if ok != (want.argv != nil) || ok && (!slices.Equal(argv, want.argv) || looks != want.looks) {
			t.Errorf("%q: %q, %v, %v; want %q, %v", script, argv, looks, ok, want.argv, want.looks)
		}
	}
}
