package observer

import (
	"net"
	"reflect"
	"slices"
	"testing"
)

func TestParseStatus(t *testing.T) {
	const text = "Name:\tnode x\nUmask:\t0022\nPPid:\t7\nUid:\t0\t1000\t0\t0\nGid:\t0\t1001\t0\t0\nGroups:\t5 1000 \nNoNewPrivs:\t1\nCapEff:\t0000000000000400\nCapBnd:\t00000000a80425fb\nSeccomp:\t2\nSeccomp_filters:\t1\n"
	want := Process{PID: 9, Parent: 7, Name: "node x", User: User{UID: 1000, GID: 1001, Groups: []int{5, 1000}}, NoNewPrivs: true, Capabilities: "0000000000000400", Bounding: "00000000a80425fb", Seccomp: true}
	if got := parseStatus(9, []byte(text)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := parseStatus(1, []byte("Uid:\nGid: x\n")); got.UID != -1 || got.GID != -1 {
		t.Errorf("got %+v", got)
	}
}

func TestParseListening(t *testing.T) {
	const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
`
	if got, want := parseListening([]byte(text)), []listener{{3000, true}, {80, false}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for address, want := range map[string]bool{
		"0100007F": true, "7F00A8C0": false, "00000000": false, "0100A8C0": false,
		"00000000000000000000000001000000": true, "00000000000000000000000000000000": false,
		"0000000000000000FFFF00000100007F": true, "0000000000000000FFFF00000100A8C0": false, "000080FE00000000FF005450B6AD1DFE": false,
	} {
		if got := isLoopback(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestFirstAddress(t *testing.T) {
	for want, texts := range map[string][]string{
		"192.0.2.2":   {"127.0.0.1/8", "::1/128", "fe80::1/64", "2001:db8::1/64", "192.0.2.2/24", "10.0.0.1/8"},
		"2001:db8::1": {"127.0.0.1/8", "169.254.1.1/16", "2001:db8::1/64", "2001:db8::2/64"},
		"":            {"127.0.0.1/8", "::1/128", "fe80::1/64"},
	} {
		var list []net.Addr
		for _, text := range texts {
			ip, network, err := net.ParseCIDR(text)
			if err != nil {
				t.Fatal(err)
			}
			network.IP = ip
			list = append(list, network)
		}
		if got := firstAddress(list); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
