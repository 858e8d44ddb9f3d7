#!/bin/bash
host=$1; shift
until (echo > /dev/tcp/${host%:*}/${host#*:}) 2>/dev/null; do sleep 1; done
exec "$@"
