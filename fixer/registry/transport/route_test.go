package transport

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestProxied: requests through a proxy to an address of this machine or its network
// are refused, however it is written; and the proxy itself can't be the target.
func TestProxied(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
	}))
	defer server.Close()
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	o := newRoutedTransport(time.Second, &accessPolicy{allow: []Host{"10.1.2.3"}}, func(r *http.Request) (*url.URL, error) {
		if r.URL.Host == at.Host {
			return nil, nil // as NO_PROXY would have it
		}
		return at, nil
	})
	get := func(ctx context.Context, host string) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/v2/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := o.RoundTrip(req)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return err
	}
	for _, host := range []string{
		"10.0.0.1", "127.0.0.1:80", "[::1]", "[fe80::1%25eth0]", "localhost", "a.localhost:5", "localhost.localdomain", "LOCALHOST.", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0x7f000001", "169.254.169.254.",
	} {
		if err := get(t.Context(), host); err == nil || !strings.Contains(err.Error(), "allowed by name") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(asked) > 0 {
		t.Errorf("asked: %q", asked)
	}
	for _, host := range []string{"registry.example.com", "10.1.2.3:5000", "8.8.8.8"} {
		if err := get(t.Context(), host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if err := get(AsMirror(t.Context(), "10.9.9.9:5000"), "10.9.9.9:5000"); err != nil {
		t.Errorf("a mirror: %v", err)
	}
	if len(asked) != 4 {
		t.Errorf("asked: %q", asked)
	}
	if err := get(t.Context(), at.Host); err == nil {
		t.Error("the proxy's own address is asked")
	}
}

// TestKindOf names each kind of address that untrusted input must not reach.
func TestKindOf(t *testing.T) {
	g := &accessPolicy{}
	for _, host := range []string{
		"127.0.0.1", "10.0.0.1", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "192.0.2.1", "198.18.0.1", "203.0.113.1", "240.0.0.1", "255.255.255.255", "224.0.0.1", "168.63.129.16",
		"::", "::1", "::ffff:10.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:a00:1::", "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1",
	} {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		if g.checkProxied(httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil)) == nil {
			t.Errorf("%s is of the internet", host)
		}
	}
	for _, host := range []string{"1.1.1.1", "[2606:4700::1111]", "[64:ff9b::101:101]", "[2002:101:101::]"} {
		if err := g.checkProxied(httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil)); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}
