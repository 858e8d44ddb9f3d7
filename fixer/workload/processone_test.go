package workload

import (
	"fmt"
	"testing"
)

func TestProcessOneIn(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // own, named, or ""
	}{
		{"if (process.pid === 1) x()", "own"},
		{"if (1 == process.pid) x()", "own"},
		{"process.ppid <= 1 && exit()", "own"},
		{"process['ppid'] !== 0", "own"},
		{"String(process.pid) === '1'", ""},
		{"'1' === String(process.pid)", "own"},
		{"if (!process.ppid) x()", "own"},
		{"switch (process.pid) { case 1: x() }", "own"},
		{"const { pid } = process; if (pid === 1) x()", "own"},
		{"import { ppid } from 'node:process'\nif (ppid == 1) x()", "own"},
		{"const parent = process.ppid; process.ppid !== parent", ""},
		{"if (pid === 1) x(process.argv)", ""},
		{"process.pid === 12", ""},
		{"// process.pid === 1", ""},
		{"if os.getpid() == 1:", "own"},
		{"if os.getppid() != 1:", "own"},
		{"if os.Getpid() == 1 {", "own"},
		{"exit if Process.ppid == 1", "own"},
		{`[ "$$" -eq 1 ] && x`, "own"},
		{`if [ "$PPID" = 0 ]; then`, "own"},
		{`test 1 = $$`, "own"},
		{`echo $$ > /run/x.pid`, ""},
		{`cat /proc/1/comm`, "named"},
		{`readFileSync('/proc/1/sched')`, "named"},
		{`ls /proc/1/fd | wc -l`, "named"},
		{`ps -o comm= -p 1 | grep node`, "named"},
		{`pkill -TERM -P 1`, "named"},
		{`grep docker /proc/1/cgroup`, ""},
		{`echo x > /proc/1/fd/1`, ""},
		{`kill -USR1 1`, ""},
		{`ps -p 12`, ""},
		{`cat /proc/12/comm`, ""},
	} {
		got := ""
		for _, u := range ProcessOneIn("x.js", c.text) {
			got = map[bool]string{true: "own", false: "named"}[u.Own]
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
	list := ProcessOneIn("a/x.js", "\n\n  process.pid === 1 // once\n")
	if got := fmt.Sprint(list); got != "[{{a/x.js:3 process.pid === 1 // once} true}]" {
		t.Error(got)
	}
}
