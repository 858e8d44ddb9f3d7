package transport

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// Host names a registry, or any server: "registry.example.com:5000". Without a port it
// means all ports.
type Host string

// ParseHost parses a host that the user writes as HOST or HOST:PORT. docker.io and its
// other names are the same host. It fails if s is not a registry.
func ParseHost(s string) (Host, error) {
	_, err := name.NewRegistry(s, name.StrictValidation)
	if err != nil || strings.ContainsAny(s, "/@") || strings.HasSuffix(s, ":") {
		return "", fmt.Errorf("%q is not a registry: HOST or HOST:PORT", s)
	}
	return Host(Canonical(s)), nil
}

// Canonical returns the name of a host for comparisons.
func Canonical(host string) string {
	switch host = strings.ToLower(host); host {
	case "docker.io", "registry-1.docker.io":
		return name.DefaultRegistry
	}
	return host
}

// DisplayHost returns a host as messages name it: Docker Hub by the name that users
// write.
func DisplayHost(host string) string {
	if host = content.Clean(host); host == name.DefaultRegistry {
		return "docker.io"
	}
	return host
}

// matches reports whether h means the host, which may have a port.
func (h Host) matches(host string) bool {
	host = Canonical(host)
	if port(string(h)) == "" {
		return bare(string(h)) == bare(host)
	}
	return withPort(string(h)) == withPort(host)
}

// withPort returns the host with its explicit or default port.
func withPort(host string) string {
	if port(host) == "" {
		return host + ":443"
	}
	return host
}

func among(host string, list []Host) bool {
	return slices.ContainsFunc(list, func(h Host) bool { return h.matches(host) })
}

// bare returns the host without its port, and without the brackets of an address.
func bare(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

func port(host string) string {
	_, p, err := net.SplitHostPort(host)
	if err != nil {
		return ""
	}
	return p
}

// isLoopback reports whether the name itself is one of this machine.
func isLoopback(host string) bool {
	h := bare(Canonical(host))
	if h == "localhost" || strings.HasSuffix(h, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(h)
	return err == nil && ip.Unmap().IsLoopback()
}

// Mirror is a place to search for images of a registry first: a host, and the first
// part of their names there if the mirror keeps them separately.
type Mirror struct {
	Host   Host
	Prefix string // "hub" if docker.io/library/node is kept as HOST/hub/library/node
}

// ParseMirror parses a mirror "HOST[:PORT][/PREFIX]". It fails if s is not one.
func ParseMirror(s string) (Mirror, error) {
	host, prefix, _ := strings.Cut(s, "/")
	h, err := ParseHost(host)
	if err != nil {
		return Mirror{}, err
	}
	if prefix != "" {
		if _, err := name.NewRepository(s, name.StrictValidation); err != nil {
			return Mirror{}, fmt.Errorf("%q is not a mirror: HOST[:PORT][/PREFIX]", s)
		}
	}
	return Mirror{h, prefix}, nil
}
