package registry

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// gate decides where requests and connections may go. A Dockerfile may come
// from a stranger, so that its FROM must lead to no place that only this machine
// can reach, be it by a name that resolves there or by a redirect.
type gate struct {
	allow   []Host   // as Options.Allow
	trusted []Host   // what the user named for another purpose: mirrors
	proxies sync.Map // host:port of a proxy that the environment names → true
}

// refusal is why a connection is not made.
type refusal struct{ host, kind string }

func (r *refusal) Error() string {
	return fmt.Sprintf("%s is %s, which is asked only when it is allowed by name (--allow-registry)", r.host, r.kind)
}

// mayAsk returns why images of a registry must not be asked for, nil when they
// may.
func (g *gate) mayAsk(host string) *failure {
	if len(g.allow) == 0 || g.named(host) {
		return nil
	}
	return &failure{reason: host + " is none of the registries that may be asked (--allow-registry)", host: true}
}

// named reports whether the user named the host.
func (g *gate) named(host string) bool {
	return among(host, g.allow) || among(host, g.trusted)
}

// private are the networks besides those that netip knows which are not part
// of the internet (RFC 6890): shared by providers, of protocols, for tests.
var private = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("fec0::/10"),
}

// embedded are the networks whose addresses have one of IPv4 in them: NAT64
// (RFC 6052) at the end, 6to4 (RFC 3056) behind the first two bytes.
var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4  = netip.MustParsePrefix("2002::/16")
	special = netip.MustParsePrefix("64:ff9b:1::/48")
)

// kindOf says what kind of address it is that strangers must not reach, ""
// when it is one of the internet.
func kindOf(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	switch {
	case ip.IsLoopback():
		return "a loopback address"
	case ip.IsLinkLocalUnicast(), ip.IsLinkLocalMulticast():
		return "a link-local address"
	case ip.IsPrivate(), ip.IsUnspecified(), ip.IsMulticast(), special.Contains(ip):
		return "a private address"
	}
	for _, p := range private {
		if p.Contains(ip) {
			return "a private address"
		}
	}
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		return kindOf(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(ip):
		return kindOf(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return ""
}

// dial connects, and looks at each address that the name resolves to before
// anything is sent there.
func (g *gate) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	_, proxy := g.proxies.Load(addr)
	d := net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	if !proxy && !g.named(addr) {
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if kind := kindOf(ap.Addr()); kind != "" {
				return &refusal{bare(addr), kind}
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, addr)
}

// proxy chooses the proxy that the environment names for a request. The name
// is resolved there, and not here: only what is written as an address can be
// refused.
func (g *gate) proxy(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil || u == nil {
		return u, err
	}
	if ip, err := netip.ParseAddr(req.URL.Hostname()); err == nil && !g.named(req.URL.Host) {
		if kind := kindOf(ip); kind != "" {
			return nil, &refusal{req.URL.Hostname(), kind}
		}
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	g.proxies.Store(net.JoinHostPort(u.Hostname(), port), true)
	return u, nil
}
