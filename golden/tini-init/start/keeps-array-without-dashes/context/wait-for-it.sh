#!/usr/bin/env bash

usage() {
    echo "Usage: $0 host:port [-t timeout] [-- command args]" >&2
    exit 1
}

TIMEOUT=15
while [[ $# -gt 0 ]]; do
    case "$1" in
        *:*)
        HOST=${1%:*}
        PORT=${1#*:}
        shift 1
        ;;
        -t)
        TIMEOUT="$2"
        shift 2
        ;;
        --)
        shift
        CLI=("$@")
        break
        ;;
        *)
        usage
        ;;
    esac
done

timeout "$TIMEOUT" bash -c "until (echo > /dev/tcp/$HOST/$PORT) 2>/dev/null; do sleep 1; done"
RESULT=$?

if [[ $CLI != "" ]]; then
    if [[ $RESULT -ne 0 ]]; then
        echo "$HOST:$PORT can't be reached" >&2
        exit $RESULT
    fi
    exec "${CLI[@]}"
else
    exit $RESULT
fi
