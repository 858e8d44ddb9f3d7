package workload

import "testing"

// TestCapabilities: calls that take a capability of root's, and what looks alike.
func TestCapabilities(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"icmplib", "a.py", "from icmplib import multiping\nmultiping(hosts, count=2)", netRaw},
		{"icmplib without privileges", "a.py", "from icmplib import multiping\nmultiping(hosts, privileged=False)", ""},
		{"icmplib by its own name", "a.py", "import icmplib\nicmplib.ping('10.0.0.1')", netRaw},
		{"a function of that name", "a.py", "import icmplib\nclient.ping('10.0.0.1')", ""},
		{"another package's", "a.py", "from redis import ping\nping('10.0.0.1')", ""},
		{"ping3, which does without", "a.py", "from ping3 import ping\nping('10.0.0.1')", ""},
		{"scapy", "a.py", "from scapy.all import *\nsniff(iface='eth0', prn=show)", netRaw},
		{"scapy with a file", "a.py", "from scapy.all import sniff, rdpcap\nsniff(offline='a.pcap')\nrdpcap('b.pcap')", ""},
		{"a raw socket", "a.py", "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", netRaw},
		{"a packet socket", "a.py", "import socket\ns = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)", netRaw},
		{"a socket", "a.py", "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_STREAM)", ""},
		{"a device", "a.py", "import os, stat\nos.mknod('/dev/x', 0o600 | stat.S_IFCHR, os.makedev(1, 3))", mknod},
		{"a file by mknod", "a.py", "import os\nos.mknod('/tmp/x')", ""},
		{"Go", "a.go", "import \"net\"\nc, err := net.Dial(\"ip4:icmp\", host)", netRaw},
		{"Go with a time", "a.go", "import \"net\"\nc, err := net.DialTimeout(\"ip:1\", host, t)", netRaw},
		{"Go by TCP", "a.go", "import \"net\"\nc, err := net.Dial(\"tcp\", \"ip4:80\")", ""},
		{"ICMP of Go", "a.go", "import \"net\"\nc, err := icmp.ListenPacket(\"ip4:icmp\", \"0.0.0.0\")", netRaw},
		{"ICMP of Go for all users", "a.go", "import \"net\"\nc, err := icmp.ListenPacket(\"udp4\", \"0.0.0.0\")", ""},
		{"a pinger that asks for it", "a.go", "import \"net\"\np.SetPrivileged(true)\np.Run()", netRaw},
		{"a pinger that does not", "a.go", "import \"net\"\np.SetPrivileged(false)\np.Run()", ""},
		{"Ruby", "a.rb", "require 'socket'\ns = Socket.new(:INET, :RAW, 1)", netRaw},
		{"PHP", "a.php", "<?php $s = socket_create(AF_INET, SOCK_RAW, 1);", netRaw},
		{"Java", "A.java", "import java.net.InetAddress; class A { boolean up(InetAddress a) { return a.isReachable(500); } }", netRaw},
		{"a graph of Java", "A.java", "class A { boolean up(Node n) { return n.isReachable(500); } }", ""},
		{"C#", "A.cs", "using System.Net.NetworkInformation; var p = new Ping(); p.Send(host);", netRaw},
		{"a method of C#", "A.cs", "await bus.Ping(host); Process.Start(\"x\");", ""},
		{"Rust", "a.rs", "use socket2::Socket;\nlet s = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4))?;", netRaw},
	} {
		got := ""
		for _, use := range sourcesOf(c.file, c.text).RootUses {
			got += use.Capability
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestGrantedCapability: who starts a program that has the capability needs no root.
func TestGrantedCapability(t *testing.T) {
	for run, want := range map[string]int{"": 1, "RUN setcap cap_net_raw+ep /usr/local/bin/python3.12\n": 0, "RUN setcap cap_net_bind_service=+ep /usr/local/bin/python3.12\n": 1} {
		w := of(t, "FROM python:3.12\nWORKDIR /app\nCOPY . .\n"+run+"CMD [\"python\", \"a.py\"]\n", files("a.py", "import icmplib\nicmplib.ping(h)"))
		if got := len(w.RootUses()); got != want {
			t.Errorf("%q: %d uses, want %d", run, got, want)
		}
	}
}
