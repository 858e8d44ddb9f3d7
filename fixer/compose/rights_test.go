package compose

import (
	"fmt"
	"testing"
)

// TestRights has rights that services have on the host, and services without any.
func TestRights(t *testing.T) {
	check(t, `== compose.yaml
services:
  all:
    image: a
    network_mode: host
    pid: host
    cap_add: [NET_ADMIN]
    devices:
      - /dev/ttyUSB0:/dev/zwave
      - /dev/kvm
    privileged: true
  network: {image: a, network_mode: host}
  none: {image: a, network_mode: bridge, privileged: false, cap_drop: [ALL], cap_add: [], devices: []}
  raised: {image: a, cap_add: [SYS_TIME]}
  beside: {image: a, pid: "service:all"}
  alone: {image: a, pid: private}
== compose.override.yaml
services:
  raised:
    devices: [/dev/rtc]
`, ".", `
project "" of compose.yaml compose.override.yaml
 all compose.yaml:2 image a
  rights compose.yaml:10 privileged true devices ["/dev/ttyUSB0:/dev/zwave" "/dev/kvm"] cap_add ["NET_ADMIN"] host network true pid true
  not PID 1 by compose.yaml:5
 alone compose.yaml:15 image a
 beside compose.yaml:14 image a
  not PID 1 by compose.yaml:14
 network compose.yaml:11 image a
  rights  privileged false devices [] cap_add [] host network true pid false
 none compose.yaml:12 image a
 raised compose.yaml:13 image a
  rights compose.override.yaml:3 privileged false devices ["/dev/rtc"] cap_add ["SYS_TIME"] host network false pid false
`)
}

// TestExisting has volumes that receive nothing from the image.
func TestExisting(t *testing.T) {
	check(t, `== compose.yaml
services:
  a:
    image: a
    volumes:
      - new:/new
      - out:/out
      - {type: volume, source: new, target: /nocopy, volume: {nocopy: true}}
      - new:/short:nocopy
      - {type: volume, source: new, target: /copy, volume: {nocopy: false}}
volumes:
  new:
  out: {external: true}
`, ".", `
project "" of compose.yaml
 a compose.yaml:2 image a
  mount compose.yaml:5 volume "new" at /new
  mount compose.yaml:6 volume "out" at /out existing
  mount compose.yaml:7 volume "new" at /nocopy existing
  mount compose.yaml:8 volume "new" at /short existing
  mount compose.yaml:9 volume "new" at /copy
`)
}

// TestHardening has what the smoke test asks a container for, known and not: what is not known is
// never left out in silence.
func TestHardening(t *testing.T) {
	set, err := Load(files(`== compose.yaml
services:
  known: {image: a, read_only: "yes", group_add: [0, audio], cap_drop: [ALL], security_opt: [no-new-privileges]}
  not: {image: a, read_only: false, security_opt: []}
  off: {image: a, security_opt: ["no-new-privileges=false", "seccomp:./a.json"]}
  unknown: {image: a, read_only: $A, group_add: [$A], cap_drop: [ALL, $A], cap_add: [$A], security_opt: ["seccomp=$A"]}
`), ".")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`known true true "" ["0" "audio"] ["ALL"] [] ["no-new-privileges"] []`,
		`not false false "" [] [] [] [] []`,
		`off false false "./a.json" [] [] [] ["no-new-privileges=false" "seccomp:./a.json"] []`,
		`unknown false false "$A" ["$A"] ["ALL" "$A"] ["$A"] ["seccomp=$A"] [{compose.yaml:5 read_only: $A has no value}]`,
	}
	for i, s := range set.Projects[0].Services {
		d := s.Deployment
		if got := fmt.Sprintf("%s %v %v %q %q %q %q %q %v", s.Name, d.ReadOnly, d.NoNewPrivileges, d.Seccomp, s.Groups, d.CapDrop, d.CapAdd, s.SecurityOpt, d.Gaps); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
}
