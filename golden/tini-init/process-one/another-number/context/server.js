// process.pid === 1 says nothing of a container.
const { pid, ppid } = process;
const started = ppid;
setInterval(() => { if (process.ppid !== started) process.exit(); }, 1000);
if (row.pid === 10 || row.parent_pid === 1) process.kill(row.pid);
console.log(pid, require('fs').existsSync('/proc/1/cgroup'));
