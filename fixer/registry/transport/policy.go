package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dockmend/dockmend/fixer/registry/content"
)

// accessPolicy decides where requests and connections may go. A Dockerfile is
// untrusted input, so its FROM must not lead to a place that only this machine
// can reach, neither by a name that resolves there nor by a redirect.
type accessPolicy struct {
	allow []Host // as Options.Allow
}

// refusal is why a connection is not made.
type refusal struct{ host, kind string }

func (r *refusal) Error() string {
	return fmt.Sprintf("%s is %s, which is asked only when it is allowed by name (--allow-registry)", r.host, r.kind)
}

// mayAsk returns why images of a registry must not be requested, nil if they may.
func (g *accessPolicy) mayAsk(host string) *content.Failure {
	if len(g.allow) == 0 || among(host, g.allow) {
		return nil
	}
	return &content.Failure{Reason: DisplayHost(host) + " is none of the registries that may be asked (--allow-registry)", Host: true}
}

// private are the networks, besides those that netip knows, that are not part of the
// internet (RFC 6890): shared by providers, for protocols, for tests.
// One is a host's own service at a public address: that of Azure's machines.
var private = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("fec0::/10"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("168.63.129.16/32"),
}

// The networks whose addresses contain an IPv4 address: NAT64 (RFC 6052),
// IPv4-compatible (RFC 4291) and IPv4-translated ones (RFC 2765) at the end, 6to4 (RFC
// 3056) after the first two bytes; and those of tunnels that hide it:
// Teredo (RFC 4380), local NAT64 (RFC 8215).
var (
	ending = []netip.Prefix{netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("::/96"), netip.MustParsePrefix("::ffff:0:0:0/96")}
	sixTo4 = netip.MustParsePrefix("2002::/16")
	hidden = []netip.Prefix{netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("64:ff9b:1::/48")}
)

// kindOf returns the kind of an address that untrusted input must not reach, "" if it
// is one of the internet.
func kindOf(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	switch {
	case ip.IsLoopback():
		return "a loopback address"
	case ip.IsLinkLocalUnicast(), ip.IsLinkLocalMulticast():
		return "a link-local address"
	case ip.IsPrivate(), ip.IsUnspecified(), ip.IsMulticast(), inAny(ip, private), inAny(ip, hidden):
		return "a private address"
	}
	b := ip.As16()
	switch {
	case inAny(ip, ending):
		return kindOf(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(ip):
		return kindOf(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return ""
}

func inAny(ip netip.Addr, list []netip.Prefix) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// checkAddress returns a refusal for an address that untrusted input must not reach.
func checkAddress(host string, ip netip.Addr) error {
	if kind := kindOf(ip); kind != "" {
		return &refusal{host, kind}
	}
	return nil
}

// dial connects, and checks each address that the name resolves to before it sends
// anything there.
func (g *accessPolicy) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if among(addr, g.allow) {
		return dial(ctx, network, addr, nil)
	}
	return dial(ctx, network, addr, func(_ context.Context, _, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return checkAddress(bare(addr), ap.Addr())
	})
}

// dial connects to addresses that control permits; nil permits all.
func dial(ctx context.Context, network, addr string, control func(context.Context, string, string, syscall.RawConn) error) (net.Conn, error) {
	d := net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second, ControlContext: control}
	return d.DialContext(ctx, network, addr)
}

// checkProxied checks a request that goes through a proxy, which resolves the name: it
// can only refuse addresses, and names of this machine.
func (g *accessPolicy) checkProxied(req *http.Request) error {
	host := strings.TrimRight(strings.ToLower(req.URL.Hostname()), ".")
	if among(req.URL.Host, g.allow) {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return checkAddress(host, ip)
	}
	labels := strings.Split(host, ".")
	switch last := labels[len(labels)-1]; {
	case last == "localhost", last == "localdomain":
		return &refusal{host, "a name of this machine"}
	case isNumber(last), strings.HasPrefix(last, "0x"): // as resolvers of the C library parse them
		return &refusal{host, "an address in an unusual form"}
	}
	return nil
}

// isNumber reports whether s has nothing but digits.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
