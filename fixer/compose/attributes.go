package compose

import "strings"

// AccountedAttributes are the attributes of a service that the model has, as parts of its
// [workload.Deployment] and its needs, or that change nothing of what its program does: limits, labels,
// and what is between its container and others.
var AccountedAttributes = strings.Fields(`annotations cap_add cap_drop command container_name cpu_count cpu_percent cpu_period
	cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset depends_on deploy entrypoint environment expose healthcheck
	image init label_file labels links logging mem_limit mem_reservation mem_swappiness memswap_limit networks
	oom_kill_disable oom_score_adj pids_limit ports pull_policy read_only restart security_opt stop_grace_period tmpfs ulimits
	user volumes working_dir`)
