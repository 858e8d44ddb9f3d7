package inits

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what decides where a package manager gets its packages from.

// The files that do: the mirrors, keys and options of apk and apt-get, and the
// certificates by which they know a mirror or a proxy (apk-repositories(5), apt.conf(5),
// update-ca-certificates(8)).
var configuration = strings.Fields("/etc/apk /etc/apt /etc/ssl /etc/ca-certificates /etc/ca-certificates.conf /usr/local/share/ca-certificates /usr/share/ca-certificates /usr/share/keyrings")

var (
	configurationInRun = lazyregexp.New(`/etc/(?:apk|apt|ca-certificates)\b|/etc/ssl/cert|/share/ca-certificates\b|\bupdate-ca-certificates\b|\b(?:apt-key|add-apt-repository|apk-mirror|setup-apkrepos)\b`)
	// The variables (apt-transport-http(1), apt.conf(5), fetch(3) of libfetch, which apk
	// has).
	networkVariable = lazyregexp.New(`(?i)^(?:(?:https?|ftp|all|no)_proxy|apt_config|http_proxy_auth|http_auth|netrc|ssl_(?:cert|ca_cert|client_cert)_\w+)$`)
	ownVariable     = lazyregexp.New(`(?i)\b(?:https?|all)_proxy=|\bapt_config=|\bAcquire::(?:\w+::\S*(?:proxy|verify|ca)|check-|allowinsecure)|--repositories-file\b`)
	aptLists        = lazyregexp.New(`/var/lib/apt/lists`)
)

// configures reports whether an instruction may decide it for those after it.
func configures(p *imagebuild.Pass, s stage.Step) bool {
	switch cmd := s.In.Cmd.(type) {
	case *instructions.EnvCommand:
		return slices.ContainsFunc(cmd.Env, func(kv instructions.KeyValuePair) bool {
			// An empty value is the end of a configuration.
			return networkVariable.MatchString(kv.Key) && strings.Trim(kv.Value, `"'`) != ""
		})
	case *instructions.ArgCommand:
		return slices.ContainsFunc(cmd.Args, func(a instructions.KeyValuePairOptional) bool { return networkVariable.MatchString(a.Key) })
	case *instructions.RunCommand:
		return configurationInRun.MatchString(steps.Text(s.In))
	}
	c, ok := s.Before.Copy(s.In)
	return ok && slices.ContainsFunc(configuration, func(file string) bool { return mayBring(p, c, file) })
}

// mayBring reports whether a COPY or ADD may bring a file of the image, or something in
// it.
func mayBring(p *imagebuild.Pass, c stage.Copy, file string) bool {
	if workload.Within(c.Dest, file) {
		return true
	}
	below, ok := strings.CutPrefix(file, strings.TrimSuffix(c.Dest, "/")+"/")
	if !ok {
		return false
	}
	if c.From != "" || p.Context == nil {
		return true
	}
	return slices.ContainsFunc(c.Sources, func(src string) bool {
		if src == "" || c.ADD && path.Ext(src) != "" || strings.ContainsAny(src, "*?[:") {
			return true
		}
		src = strings.TrimPrefix(path.Clean("/"+src), "/")
		_, err := fs.Stat(p.Context, path.Join(src, below))
		return err == nil
	})
}

// ownNetwork reports whether a RUN reaches the packages by way of something that it alone
// has: a proxy in its script, a file that is mounted.
func (t Source) ownNetwork(s stage.Step) bool {
	if s.In.Name() != "RUN" || !t.isUsed(s) {
		return false
	}
	return ownVariable.MatchString(steps.Text(s.In)) || slices.ContainsFunc(s.In.Flags, func(w dockerfile.Word) bool {
		return strings.HasPrefix(w.Text, "--mount=") && slices.ContainsFunc(strings.Split(w.Text, ","), func(field string) bool {
			key, target, _ := strings.Cut(field, "=")
			return slices.Contains([]string{"target", "dst", "destination"}, key) && !strings.HasSuffix(target, "/cache") &&
				slices.ContainsFunc(configuration, func(dir string) bool { return workload.Within(target, dir) })
		})
	})
}

// isOffline reports whether a RUN has no network (docker documentation, "RUN --network").
func isOffline(in *dockerfile.Instruction) bool {
	return slices.ContainsFunc(in.Flags, func(w dockerfile.Word) bool { return w.Text == "--network=none" })
}
