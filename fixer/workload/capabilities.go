package workload

import (
	"slices"
	"strings"
	"sync"
)

// This file finds what sources do by a capability that a runtime gives to root and to no
// other user, without a word in any deployment (Docker documentation, "Runtime privilege and
// Linux capabilities"): raw sockets, devices.

const (
	opensRaw    = "opens a raw socket, which takes root, or a program to which setcap gives cap_net_raw+ep"
	makesDevice = "makes a device, which only root may do"
)

// The capabilities, as setcap(8) spells them.
const (
	netRaw = "cap_net_raw"
	mknod  = "cap_mknod"
)

// capableCallsOf are the calls of each language that take such a capability, as
// [receiver|receiver.]name:when. When is "*" for always, "raw" where an argument is the type
// of a raw socket, "ip" where one is the name of a network like ip4:icmp, "true" where one is
// true, "device" where one is the mode of a device; or else the package that the function
// is of, which the source imports (packet(7), raw(7), mknod(2); pkg.go.dev/net, "Dial";
// github.com/ValentinBELYN/icmplib, "privileged"; scapy.readthedocs.io, "Sending packets";
// the documentation of Ping in .NET and of InetAddress.isReachable in Java, which asks another
// way where it may not).
var capableCallsOf = map[Language]string{
	Python: "socket:raw os.mknod:device ping:icmplib multiping:icmplib traceroute:icmplib async_ping:icmplib async_multiping:icmplib ping:pythonping sr:scapy sr1:scapy srp:scapy srp1:scapy " +
		"srloop:scapy srploop:scapy send:scapy sendp:scapy sendpfast:scapy sniff:scapy AsyncSniffer:scapy arping:scapy traceroute:scapy open_live:pcapy",
	Go: "Dial:ip DialTimeout:ip DialContext:ip ListenPacket:ip DialIP:ip ListenIP:ip SetPrivileged:true syscall|unix.Socket:raw pcap.OpenLive:* packet|raw.Listen:* raw.ListenPacket:* " +
		"syscall|unix.Mknod:device",
	Ruby: "Socket.new:raw Socket.open:raw ICMP.new:*", PHP: "socket_create:raw", Perl: "socket:raw",
	Java: "isReachable:InetAddress", CSharp: "Socket:raw Ping:NetworkInformation", Rust: "Socket.new:raw socket:raw datalink.channel:* transport_channel:*",
}

type capableCall struct {
	receivers []string
	when      string
}

var capableCalls = sync.OnceValue(func() map[Language]map[string][]capableCall {
	return callsByName(capableCallsOf, func(c callName) capableCall { return capableCall{c.receivers, c.what} })
})

var (
	rawTypes    = strings.Fields("SOCK_RAW AF_PACKET PF_PACKET RAW Raw raw")
	deviceModes = strings.Fields("S_IFBLK S_IFCHR")
	// unprivileged are the named arguments by which a package does without: a value, or "" for
	// any.
	unprivileged = map[string]string{"privileged": "False", "offline": ""}
)

// capableCall reports the call at token i if it takes a capability that root alone has.
func (u *unit) capableCall(i int) {
	args, ok := u.arguments(i)
	if !ok || u.is(i-1, "function") || u.is(i-1, "def") || u.is(i-1, "func") || u.is(i-1, "fn") || u.is(i-1, "fun") {
		return
	}
	words, method := u.calledWords(i)
	receiver := ""
	if len(words) > 1 {
		receiver = words[len(words)-2]
	}
	for _, c := range capableCalls()[u.lang][u.calledName(i)] {
		if c.receivers != nil && !slices.Contains(c.receivers, receiver) {
			continue
		}
		if u.capable(c.when, receiver, method, args) {
			what, capability := opensRaw, netRaw
			if c.when == "device" {
				what, capability = makesDevice, mknod
			}
			u.rootUse(RootUse{What: what, Capability: capability}, i)
			return
		}
	}
}

// capable reports whether a call with these arguments is one that capableCallsOf means.
func (u *unit) capable(when, receiver string, method bool, args []argument) bool {
	names := func(words []string) bool {
		return slices.ContainsFunc(args, func(a argument) bool { return u.hasWord(a.a, a.b, words...) })
	}
	switch when {
	case "*":
		return true
	case "raw":
		return names(rawTypes)
	case "device":
		return names(deviceModes)
	case "true":
		return names([]string{"true"})
	case "ip":
		i := slices.IndexFunc(args, func(a argument) bool { return u.kind(a.a) == textToken })
		if i < 0 || i > 1 { // after the context
			return false
		}
		network, _, _ := strings.Cut(u.str(args[i].a), ":")
		return slices.Contains([]string{"ip", "ip4", "ip6"}, network)
	case "InetAddress", "NetworkInformation": // of an object, and its constructor
		return strings.Contains(u.src, when)
	}
	of := receiver == "" || receiver == when || receiver == "all" // of scapy.all
	return of && !method && hasAny(u.src, []string{"import " + when, "from " + when}) &&
		!slices.ContainsFunc(args, func(a argument) bool {
			value, ok := unprivileged[a.key]
			return ok && a.key != "" && (value == "" || u.is(a.a, value))
		})
}

// isGranted reports whether a RUN gives a capability to a program, so that every user who
// starts that program has it.
func (w *Workload) isGranted(capability string) bool {
	for _, n := range w.in.Run.Node.Graph().Nodes {
		for _, in := range n.Stage.Body {
			if in.Name() == "RUN" && strings.Contains(in.Logical, "setcap") && strings.Contains(in.Logical, capability) {
				return true
			}
		}
	}
	return false
}
