package observer

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// User is the user of a process: the effective ids.
type User struct {
	UID    int    `json:"uid"`
	GID    int    `json:"gid"`
	Groups []int  `json:"groups,omitempty"`
	Home   string `json:"home,omitempty"` // set by the runtime; of the observer itself only
}

// Process is a process of the container, from its /proc. The observer's own are
// left out.
type Process struct {
	PID    int    `json:"pid"`
	Parent int    `json:"parent"`
	Name   string `json:"name"`
	User
	NoNewPrivs   bool   `json:"noNewPrivs"`
	Capabilities string `json:"capabilities"` // the effective ones, in hexadecimal
	Bounding     string `json:"bounding"`     // those that it can ever gain, as Capabilities
	// Seccomp is whether a filter limits its system calls.
	Seccomp bool `json:"seccomp"`
}

// processes returns PID 1 and its descendants. It leaves out processes that end
// meanwhile.
func processes(proc string) (list []Process, err error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return nil, err
	}
	all := map[int]Process{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(proc, e.Name(), "status"))
		if err != nil {
			continue
		}
		all[pid] = parseStatus(pid, text)
	}
	for pid, p := range all {
		// A process started into the container from outside has the parent 0, like PID
		// 1.
		root := p
		for range len(all) {
			parent, ok := all[root.Parent]
			if !ok {
				break
			}
			root = parent
		}
		if root.PID == 1 && pid != os.Getpid() {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Process) int { return cmp.Compare(a.PID, b.PID) })
	return list, nil
}

// self returns the user of the observer.
func self(proc string) (*User, error) {
	text, err := os.ReadFile(filepath.Join(proc, "self", "status"))
	if err != nil {
		return nil, err
	}
	u := parseStatus(os.Getpid(), text).User
	u.Home = os.Getenv("HOME")
	return &u, nil
}

// parseStatus parses a /proc/PID/status.
func parseStatus(pid int, text []byte) Process {
	p := Process{PID: pid}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		number := func(i int) int {
			if i >= len(fields) {
				return -1
			}
			n, err := strconv.Atoi(fields[i])
			if err != nil {
				return -1
			}
			return n
		}
		switch key {
		case "Name":
			p.Name = strings.TrimSpace(value)
		case "PPid":
			p.Parent = number(0)
		case "Uid":
			p.UID = number(1)
		case "Gid":
			p.GID = number(1)
		case "Groups":
			for i := range fields {
				p.Groups = append(p.Groups, number(i))
			}
		case "NoNewPrivs":
			p.NoNewPrivs = number(0) == 1
		case "CapEff":
			p.Capabilities = strings.TrimSpace(value)
		case "CapBnd":
			p.Bounding = strings.TrimSpace(value)
		case "Seccomp":
			p.Seccomp = number(0) == 2
		}
	}
	return p
}

// Ports are the TCP ports of the container's network.
type Ports struct {
	Listening []int `json:"listening,omitempty"` // ascending
	// Inside are those of them that only the container itself can reach: no socket
	// listens on them but at a loopback address.
	Inside []int `json:"inside,omitempty"`
}

func ports(proc string) (p Ports, err error) {
	var failed error
	open := map[int]bool{} // to others
	for _, name := range []string{"net/tcp", "net/tcp6"} {
		text, err := os.ReadFile(filepath.Join(proc, name))
		if err != nil {
			failed = cmp.Or(failed, err)
			continue
		}
		for _, s := range parseListening(text) {
			p.Listening = append(p.Listening, s.port)
			open[s.port] = open[s.port] || !s.loopback
		}
	}
	if failed != nil && p.Listening == nil {
		// A kernel without IPv6 lacks one of them, which is fine.
		if _, err := os.Stat(filepath.Join(proc, "net/tcp")); err != nil {
			return p, failed
		}
	}
	slices.Sort(p.Listening)
	p.Listening = slices.Compact(p.Listening)
	p.Inside = slices.DeleteFunc(slices.Clone(p.Listening), func(port int) bool { return open[port] })
	return p, nil
}

// listener is a socket in the state LISTEN.
type listener struct {
	port     int
	loopback bool
}

// parseListening returns the sockets in the state LISTEN in a /proc/net/tcp.
func parseListening(text []byte) (list []listener) {
	const listen = "0A"
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) < 4 || fields[3] != listen {
			continue
		}
		address, number, _ := strings.Cut(fields[1], ":")
		if port, err := strconv.ParseUint(number, 16, 16); err == nil {
			list = append(list, listener{int(port), isLoopback(address)})
		}
	}
	return list
}

// isLoopback reports whether an address of /proc/net/tcp is in 127.0.0.0/8, as itself or
// mapped into IPv6, or ::1. Its words are numbers in the byte order of the machine.
func isLoopback(address string) bool {
	raw, err := hex.DecodeString(address)
	if err != nil || len(raw)%4 != 0 {
		return false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	ip, ok := netip.AddrFromSlice(raw)
	return ok && ip.Unmap().IsLoopback()
}

// address returns the first address at which others reach the container, of IPv4 if there is one; ""
// for none. In a network that containers share it is that of all of them, and better than a loopback
// address: what listens only there answers no other container elsewhere, and does not here.
func address() (string, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	return firstAddress(list), nil
}

func firstAddress(list []net.Addr) (first string) {
	for _, a := range list {
		prefix, err := netip.ParsePrefix(a.String())
		switch ip := prefix.Addr(); {
		case err != nil || !ip.IsGlobalUnicast():
		case ip.Is4():
			return ip.String()
		case first == "":
			first = ip.String()
		}
	}
	return first
}

// get requests a page of this container; redirects are answers too. It uses no proxy:
// nothing leaves the container.
func get(ctx context.Context, url string) (status int, body string, err error) {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	c := &http.Client{
		Timeout: 5 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			var all []error
			for _, host := range []string{"127.0.0.1", "::1"} {
				conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
				if err == nil {
					return conn, nil
				}
				all = append(all, err)
			}
			return nil, errors.Join(all...)
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	r, err := c.Do(q)
	if err != nil {
		return 0, "", err
	}
	defer r.Body.Close()
	sum := sha256.New()
	// What comes late, or never ends, is no part of what is compared.
	if _, err := io.CopyN(sum, r.Body, maxBody); err != nil && !errors.Is(err, io.EOF) {
		return r.StatusCode, "", nil
	}
	return r.StatusCode, hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// maxBody bounds what is read of an answer.
const maxBody = 64 << 10
