# make check is all that a change must pass. See CONTRIBUTING.md.
GO ?= go

.PHONY: build test check e2e golden generate seccomp bench fuzz

build:
	$(GO) build -o bin/dockmend ./cmd/dockmend

test:
	$(GO) test ./...

check:
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	@test -z "$$(gofmt -l cmd fixer transforms golden)" || { gofmt -d cmd fixer transforms golden; exit 1; }
	$(GO) test -race -timeout 20m ./... # golden takes minutes on two cores
	$(GO) test ./fixer/repository ./fixer/workload # bounds of allocations, which -race lifts

# Builds and runs the golden cases that have a build.json or an up.json, and has an API
# server read the manifests. It takes root, runc, mmdebstrap, npm, docker.io, etcd-server
# and the network, and says which of them is missing. Once, it builds for minutes.
e2e:
	cd golden/lab && $(GO) vet ./... && $$(cd ../.. && $(GO) tool -n staticcheck) ./...
	cd golden/lab && $(GO) test -count=1 -timeout 40m $(E2E)

# Writes what is made from the transforms and the flags: README's list, the schema of
# the configuration.
generate:
	$(GO) test ./cmd/dockmend -run '^TestGenerated$$' -update

# Copies Docker's default seccomp profile from its module, in the version of go.mod.
MOBY_SECCOMP = github.com/moby/profiles/seccomp
seccomp:
	$(GO) mod download $(MOBY_SECCOMP)
	install -m 644 "$$($(GO) list -m -f '{{.Dir}}' $(MOBY_SECCOMP))/default.json" fixer/seccomp/default.json
	$(GO) list -m -f '{{.Version}}' $(MOBY_SECCOMP) > fixer/seccomp/default.version

golden:
	$(GO) test ./golden -update
	$(GO) test ./fixer/report -update
	$(GO) test ./fixer/seccomp -update

bench:
	$(GO) test ./golden ./cmd/dockmend ./fixer/registry ./fixer/internal/rootfs ./fixer/discover ./fixer/buildcontext ./fixer/workload -run '^$$' -bench . -benchmem

FUZZTIME ?= 1m
fuzz:
	$(GO) test ./fixer/dockerfile -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/yamlfile -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/compose -run '^$$' -fuzz FuzzLoad -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/compose -run '^$$' -fuzz FuzzExpand -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/compose -run '^$$' -fuzz FuzzEnvFile -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/diff -run '^$$' -fuzz FuzzUnified -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/baseimage/history -run '^$$' -fuzz FuzzHistory -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/registry -run '^$$' -fuzz FuzzLayout -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/internal/rootfs -run '^$$' -fuzz FuzzRead -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/report -run '^$$' -fuzz FuzzQuoted -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/report -run '^$$' -fuzz FuzzFix -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/report -run '^$$' -fuzz FuzzSuggestion -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/report -run '^$$' -fuzz FuzzGitHub -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/discover -run '^$$' -fuzz FuzzGlob -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/discover -run '^$$' -fuzz FuzzRules -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/workload -run '^$$' -fuzz FuzzSources -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/report -run '^$$' -fuzz FuzzPathURI -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/repository -run '^$$' -fuzz FuzzRead -fuzztime $(FUZZTIME)
	$(GO) test ./fixer/seccomp -run '^$$' -fuzz FuzzCheck -fuzztime $(FUZZTIME)
	$(GO) test ./cmd/dockmend/internal/config -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	$(GO) test ./golden -run '^$$' -fuzz FuzzAll -fuzztime $(FUZZTIME)
	$(GO) test ./golden -run '^$$' -fuzz FuzzCompose -fuzztime $(FUZZTIME)
	$(GO) test ./golden -run '^$$' -fuzz FuzzManifest -fuzztime $(FUZZTIME)
