#!/bin/sh
# Looks at a running container from its host, and fails where it lacks what is asked for. It reads what the kernel says
# of PID 1 and of every process below it, and runs nothing in the container, which needs neither a shell nor `id`.
# `sh smoke.sh --help` has the options.
set -u
LC_ALL=C
export LC_ALL

usage() {
  cat <<'END'
Usage: smoke.sh CONTAINER CHECK... [--wait SECONDS] [--proc DIR | --from IMAGE]

CONTAINER is one of
  --container NAME      a container of the engine, by its name or ID
  --service NAME        a service of Docker Compose, all of its containers
    --file FILE         a Compose file of its project; repeatable
  --pid PID             the PID of its first process, as this machine has it

CHECK is any of
  --user UID[:GID]      every process has this user, and not the group 0 but for GID
  --non-root            no process has the user or the group 0
    --allow-root-group  the group 0 is allowed
  --read-only           the root file system is read-only; so is every mount but
                        the runtime's own and those of --writable
    --writable PATH     a writable mount, which must be there, by its path without
                        links; repeatable
    --allow-mounts      other writable mounts are allowed
  --cap-drop NAME       no process has the capability, or any with ALL; repeatable
    --cap-add NAME      with ALL: it is allowed; repeatable
  --no-new-privileges   no process gains rights when it starts a program
  --seccomp             a filter decides on system calls
  --no-engine-socket    no socket of a container engine is mounted

  --wait SECONDS        look again until all holds, for at most this time
  --proc DIR            where the host's /proc is mounted
  --from IMAGE          look from a container of this image, which has sh and awk, with
                        the processes of the engine's machine: where that is another one

Exit codes: 0 all holds, 1 something is lacking, 2 it can't be said.
END
}

# name prints a text that a process or a file chose, without what a log could obey.
name() { printf '%s' "$1" | tr -c 'A-Za-z0-9 ._:/@+=,\\-' '?'; }

cannot_look() {
  printf "smoke.sh: can't look at %s: %s\n" "$(name "$subject")" "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 2
}

wrong_usage() {
  printf 'smoke.sh: %s\nhint: sh smoke.sh --help lists the options\n' "$1" >&2
  exit 2
}

# The capabilities in the order of their numbers (capabilities(7), linux/capability.h).
capabilities='CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT
SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'

# bits_of NAME sets bits to the mask of a capability.
bits_of() {
  wanted=${1#CAP_}
  bits=1
  for capability in $capabilities; do
    [ "$capability" != "$wanted" ] || return 0
    bits=$((bits << 1))
  done
  wrong_usage "$(name "$1") is not a capability"
}

# names_of MASK prints the names of the capabilities in a mask.
names_of() {
  left=$1
  for capability in $capabilities; do
    [ $((left & 1)) -eq 0 ] || printf '%s ' "$capability"
    left=$((left >> 1))
  done
  [ "$left" -eq 0 ] || printf 'others '
}

# escaped prints a path as mountinfo has it (proc_pid_mountinfo(5)). /var/run is a link to /run.
escaped() {
  printf '%s' "$1" | sed -e 's/\\/\\134/g' -e 's/ /\\040/g' -e 's/	/\\011/g' -e 's|^/var/run/|/run/|' -e 's|^/var/run$|/run|' -e 's|\(.\)/*$|\1|'
}

number() { case $2 in '' | *[!0-9]*) wrong_usage "$1 takes a number, and not $(name "$2")" ;; esac }

parse() {
  while [ $# -gt 0 ]; do
    option=$1
    case $option in
    --container | --service | --file | --pid | --user | --writable | --cap-drop | --cap-add | --wait | --proc | --from)
      value=${2-}
      [ -n "$value" ] || wrong_usage "$option takes a value"
      shift
      ;;
    esac
    shift
    case $option in
    --help | -h) usage && exit 0 ;;
    --container | --service) kind=${option#--} subject=$value targets=$((targets + 1)) ;;
    --pid) number --pid "$value" && kind=pid subject="PID $value" pid_of=$value targets=$((targets + 1)) ;;
    --file) files="$files$value$newline" ;;
    --user) user=$value ;;
    --non-root) non_root=yes ;;
    --allow-root-group) root_group=yes ;;
    --read-only) read_only=yes ;;
    --writable) writable="$writable$(escaped "$value")$newline" ;;
    --allow-mounts) any_mounts=yes ;;
    --cap-drop) if [ "$value" = ALL ]; then drop_all=yes; else bits_of "$value" && dropped=$((dropped | bits)) denied="$denied $(name "$value")"; fi ;;
    --cap-add) bits_of "$value" && added=$((added | bits)) allowed="$allowed $(name "$value")" ;;
    --no-new-privileges) no_new_privileges=yes ;;
    --seccomp) seccomp=yes ;;
    --no-engine-socket) no_socket=yes ;;
    --wait) number --wait "$value" && patience=$value ;;
    --proc) proc=$value ;;
    --from) from=$value ;;
    *) wrong_usage "$(name "$option") is not an option" ;;
    esac
  done
}

# check_usage fails where nothing would be checked, or not what the options seem to say.
check_usage() {
  [ "$targets" -eq 1 ] || wrong_usage 'one of --container, --service and --pid names the container'
  uid=${user%%:*} gid=
  case $user in *:*) gid=${user#*:} && number --user "$gid" ;; esac
  [ -z "$user" ] || number --user "$uid"
  [ -z "$writable$any_mounts" ] || [ -n "$read_only" ] || wrong_usage '--writable and --allow-mounts are for --read-only'
  [ -z "$root_group" ] || [ -n "$user$non_root" ] || wrong_usage '--allow-root-group is for --user and --non-root'
  [ "$added" -eq 0 ] || [ -n "$drop_all" ] || wrong_usage '--cap-add is for --cap-drop ALL'
  none="none of$denied"
  [ -z "$drop_all" ] || dropped=$((-1 & ~added)) none="none${allowed:+ but$allowed}"
  [ -n "$user$non_root$read_only$no_new_privileges$seccomp$no_socket" ] || [ "$dropped" -ne 0 ] || wrong_usage 'nothing is to be checked'
}

# pids_of_containers prints "PID ID" of each container of the subject, with PID 0 for one that does not run.
pids_of_containers() {
  [ -z "${SMOKE_FOUND+set}" ] || { printf '%s\n' "$SMOKE_FOUND" && return; }
  command -v docker >/dev/null || cannot_look 'there is no docker here' '--pid PID needs none'
  if [ "$kind" = service ]; then
    set --
    while IFS= read -r file; do [ -z "$file" ] || set -- "$@" --file "$file"; done <<END
$files
END
    ids=$(docker compose "$@" ps --quiet "$subject") || cannot_look 'docker compose does not list its containers'
  else
    ids=$subject
  fi
  IFS=$newline
  set -f
  for id in $ids; do
    docker inspect --type container --format '{{.State.Pid}} {{.Id}}' "$id" || cannot_look 'docker does not know it'
  done
}

# look_from runs this script again, in a container with the processes of the engine's machine. The engine is asked here.
look_from() {
  [ -r "$0" ] || cannot_look 'this script can not be read again' 'sh smoke.sh, and not sh < smoke.sh, goes with --from'
  [ "$kind" = pid ] || found=$(pids_of_containers) || exit
  docker run --rm --interactive --pid=host --network=none --read-only --user=65534:65534 --cap-drop=ALL --security-opt=no-new-privileges:true \
    --env SMOKE_FOUND="${found-}" --entrypoint=sh "$from" -s -- "$@" <"$0"
  ended=$?
  [ "$ended" -le 2 ] || cannot_look "docker runs no sh of $(name "$from")"
  exit "$ended"
}

# belongs reports whether a PID is that of a container's process here: an engine in a virtual machine has others.
belongs() { [ -n "$2" ] && grep -q -F "$2" "$proc/$1/cgroup" 2>/dev/null; }

# find_first sets first to the PIDs of the first processes; empty where none runs.
find_first() {
  first=
  if [ "$kind" = pid ]; then
    [ -r "$proc/$pid_of/status" ] && first=$pid_of
    return
  fi
  found=$(pids_of_containers) || exit
  while read -r pid id; do
    [ "${pid:-0}" -ne 0 ] || continue
    belongs "$pid" "$id" || cannot_look "the engine says that PID $pid is its first process, and on this machine it is not" \
      'run this where the engine runs its containers; --from busybox looks from there, also into the virtual machine of Docker Desktop'
    first="$first $pid"
  done <<END
$found
END
}

# below prints the PIDs of a process and of all below it, as far as they run.
below() {
  cat "$proc"/[0-9]*/status 2>/dev/null | awk -v first="$1" '
    $1 == "Pid:" { pid = $2; order[++n] = pid }
    $1 == "PPid:" { parent[pid] = $2 }
    END {
      if (!(first in parent)) exit
      is[first] = 1
      do {
        more = 0
        for (i = 1; i <= n; i++) if (!is[order[i]] && is[parent[order[i]]]) more = is[order[i]] = 1
      } while (more)
      for (i = 1; i <= n; i++) if (is[order[i]]) print order[i]
    }'
}

# field NAME sets value to that of a field of the process's status, and to nothing where it has none.
field() {
  while read -r key value; do [ "$key" != "$1:" ] || return 0; done <<END
$status
END
  value=
}

# inside MAP ID... prints the IDs, which are this machine's, as the container has them (user_namespaces(7)): what it has
# as 0 may be another number here.
inside() {
  map=$1
  shift
  [ -n "$map" ] || { echo "$*" && return; }
  printf '%s\n' "$map" | awk -v ids="$*" '
    NF == 3 { from[++n] = $1; to[n] = $2; count[n] = $3 }
    END {
      many = split(ids, id, " ")
      for (i = 1; i <= many; i++) {
        got = "unknown"
        for (m = 1; m <= n; m++) if (id[i] >= to[m] && id[i] < to[m] + count[m]) got = id[i] - to[m] + from[m]
        printf "%s%s", (i > 1 ? " " : ""), got
      }
    }'
}

# lack CHECK EXPECTED SEEN keeps the first process that lacks what a check asks for.
lack() {
  case "$newline$lacks" in *"$newline$1	"*) return ;; esac
  field Name
  lacks="$lacks$1	expected $2, seen $3 in $(name "$value") (PID $pid)$newline"
}

# all_are WANTED SEEN... reports whether all of the numbers are the wanted one; any but 0 without one.
all_are() {
  wanted=$1
  shift
  for one in "$@"; do
    case $one in unknown) return 1 ;; esac
    if [ -n "$wanted" ]; then [ "$one" -eq "$wanted" ] || return 1; else [ "$one" -ne 0 ] || return 1; fi
  done
}

look_at_user() {
  # shellcheck disable=SC2086 # these are lists
  {
    field Uid && uids=$(inside "$uid_map" $value)
    field Gid && gids=$(inside "$gid_map" $value)
    field Groups && groups=$(inside "$gid_map" $value)
    case "|$uids|$gids|" in *'||'*) cannot_look "the kernel does not say Uid and Gid of PID $pid" ;; esac
    all_are "$uid" $uids || lack user "${uid:-a user other than 0}" "$uids (real, effective, saved, of files)"
    if [ -n "$gid" ]; then
      all_are "$gid" $gids || lack group "$gid" "$gids (real, effective, saved, of files)"
    elif [ -z "$root_group" ]; then
      all_are '' $gids || lack group 'a group other than 0' "$gids (real, effective, saved, of files)"
    fi
    [ -n "$root_group" ] || [ "$gid" = 0 ] || case " $groups " in *' 0 '*) lack group 'no further group 0' "$groups" ;; esac
  }
}

look_at_capabilities() {
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    field "$set"
    case $value in '' | *[!0-9a-f]*) cannot_look "the kernel does not say $set of PID $pid" ;; esac
    too_many=$((0x$value & dropped))
    [ "$too_many" -eq 0 ] || lack capabilities "$none" "$(names_of "$too_many")in $set"
  done
}

look_at_flag() { # CHECK FIELD WANTED
  field "$2"
  [ -n "$value" ] || cannot_look "the kernel does not say $2 of PID $pid"
  [ "$value" = "$3" ] || lack "$1" "$2 $3" "$value"
}

# look_at_mounts reads of several mounts at one place the last. What a runtime mounts for every container is its own.
look_at_mounts() {
  said=$(printf '%s\n' "$mountinfo" | read_only=$read_only any=$any_mounts writable=$writable no_socket=$no_socket awk '
    BEGIN {
      many = split("/dev /dev/console /dev/full /dev/mqueue /dev/null /dev/pts /dev/random /dev/shm /dev/termination-log " \
        "/dev/tty /dev/urandom /dev/zero /etc/hostname /etc/hosts /etc/resolv.conf /proc /run/.containerenv", list, " ")
      for (i = 1; i <= many; i++) own[list[i]] = 1
      many = split(ENVIRON["writable"], wanted, "\n")
      for (i = 1; i < many; i++) own[wanted[i]] = 1
    }
    {
      for (i = 7; i <= NF && $i != "-"; i++) { }
      if (!($5 in mode)) order[++n] = $5
      mode[$5] = ("," $6 "," $(i + 3) ",") ~ /,ro,/ ? "ro" : "rw"
      root[$5] = $4
      if ($5 == "/sys/fs/cgroup" && $(i + 1) == "tmpfs") own[$5] = 1 # of version 1: what is below it is read-only
    }
    function lack(check, expected, seen) { print check "\t" expected "\t" seen }
    END {
      if (ENVIRON["read_only"] && mode["/"] != "ro") lack("root file system", "ro", mode["/"] ? mode["/"] : "none")
      for (i = 1; i < many && ENVIRON["read_only"]; i++)
        if (mode[wanted[i]] != "rw") lack("writable mounts", "one at " wanted[i], mode[wanted[i]] ? "a read-only one" : "none")
      for (i = 1; i <= n; i++) {
        at = order[i]
        if (ENVIRON["read_only"] && !ENVIRON["any"] && mode[at] == "rw" && at != "/" && !own[at] && at !~ "^/proc/")
          lack("writable mounts", "no other than those listed", "one at " at)
        if (ENVIRON["no_socket"] && (root[at] " " at) ~ /\/(docker|podman|containerd|crio|buildkitd)\.sock( |$)/)
          lack("engine socket", "none", root[at] " at " at)
      }
    }') || cannot_look 'awk fails'
  while IFS='	' read -r check expected seen; do [ -z "$check" ] || lack "$check" "$expected" "$(name "$seen")"; done <<END
$said
END
}

# id_map FILE prints how numbers of this machine are those of the container; nothing where they are the same.
id_map() {
  [ -e "$proc/$pid/$1" ] || return 0
  map=$(cat "$proc/$pid/$1") || cannot_look "$proc/$pid/$1 can't be read"
  # Of the reader's own namespace it says what the one around it has.
  [ "$map" = "$(cat "$proc/self/$1" 2>/dev/null)" ] || printf '%s\n' "${map:-nothing}"
}

# look_at PID looks at a process. One that ended meanwhile lacks nothing.
look_at() {
  pid=$1
  status=$(cat "$proc/$pid/status" 2>/dev/null) || return 1
  field State
  case $value in Z* | X*) return 1 ;; esac
  if [ -n "$read_only$no_socket" ]; then
    mountinfo=$(cat "$proc/$pid/mountinfo" 2>/dev/null)
    if [ -z "$mountinfo" ]; then
      grep -q '^State:	[^ZX]' "$proc/$pid/status" 2>/dev/null && cannot_look "$proc/$pid/mountinfo can't be read"
      return 1
    fi
    look_at_mounts
  fi
  if [ -n "$user$non_root" ]; then
    uid_map=$(id_map uid_map) && gid_map=$(id_map gid_map) || exit
    look_at_user
  fi
  [ "$dropped" -eq 0 ] || look_at_capabilities
  [ -z "$no_new_privileges" ] || look_at_flag no-new-privileges NoNewPrivs 1
  [ -z "$seccomp" ] || look_at_flag seccomp Seccomp 2
  count=$((count + 1))
}

# look looks once at all processes. It sets lacks, and unseen to why there is nothing to look at.
look() {
  lacks='' unseen='' count=0
  find_first
  [ -n "$first" ] || unseen='it does not run'
  for top in $first; do
    look_at "$top" || { unseen="its first process, PID $top, has ended, or can't be read" && continue; }
    list=$(below "$top")
    [ -n "$list" ] || { unseen="the processes below PID $top can't be listed" && continue; }
    for process in $list; do [ "$process" = "$top" ] || look_at "$process"; done
  done
  [ -z "$lacks$unseen" ]
}

# report prints a line for each check that was asked for, and fails where one says that something is lacking.
report() {
  result=0
  group_asked=$user$non_root
  [ -n "$gid" ] || [ -z "$root_group" ] || group_asked=
  while IFS='|' read -r asked check what; do
    [ -n "$asked" ] || continue
    case "$newline$lacks" in
    *"$newline$check	"*) printf 'FAIL  %s: %s: %s\n' "$(name "$subject")" "$check" "$(printf '%s' "$lacks" | awk -F '\t' -v check="$check" '$1 == check { print $2 }')" && result=1 ;;
    *) printf 'ok    %s: %s: %s (processes: %s)\n' "$(name "$subject")" "$check" "$what" "$count" ;;
    esac
  done <<END
$user$non_root|user|${uid:-not 0}
$group_asked|group|${gid:-not 0}
${dropped#0}|capabilities|$none
$no_new_privileges|no-new-privileges|NoNewPrivs 1
$seccomp|seccomp|Seccomp 2
$read_only|root file system|ro
$read_only|writable mounts|as listed
$no_socket|engine socket|none
END
  return "$result"
}

# check_proc fails where not all processes, or not all of their fields, would be seen.
check_proc() {
  for program in awk cat grep id sed tr; do
    command -v "$program" >/dev/null || cannot_look "there is no $program here"
  done
  [ -r "$proc/self/status" ] || cannot_look "there is no $proc of a Linux kernel" \
    'run this where the engine runs its containers, or with --from busybox; --proc DIR names another place of its /proc'
  [ "$(id -u)" -eq 0 ] || ! awk -v at="$proc" '$5 == at && / - proc .*hidepid=/ { hidden = 1 } END { exit !hidden }' "$proc/self/mountinfo" 2>/dev/null ||
    cannot_look "$proc hides the processes of other users (hidepid)" 'run this as root, or with --from busybox'
}

# smoke checks one container.
smoke() (
  newline='
'
  kind='' subject='' targets=0 files='' user='' non_root='' root_group='' read_only='' writable='' any_mounts='' drop_all=''
  dropped=0 added=0 denied='' allowed='' no_new_privileges='' seccomp='' no_socket='' patience=0 proc=/proc from=''
  parse "$@"
  check_usage
  [ -z "$from" ] || [ -n "${SMOKE_FOUND+set}" ] || look_from "$@"
  check_proc
  while ! look && [ "$patience" -gt 0 ]; do
    patience=$((patience - 1))
    sleep 1
  done
  [ -z "$unseen" ] || cannot_look "$unseen" '--wait SECONDS gives it time to start; a container that has ended can not be looked at'
  report
)

smoke "$@"
