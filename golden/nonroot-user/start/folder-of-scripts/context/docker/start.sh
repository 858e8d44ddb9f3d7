#!/bin/sh
set -e
for part in /start.d/*.sh; do
	. "$part"
done
exec "$@"
