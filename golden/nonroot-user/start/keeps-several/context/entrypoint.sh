#!/bin/sh
groupmod -g "$GID" node
usermod -u "$UID" node
mkdir -p /etc/web
echo "$ZONE" > /etc/web/zone
crond
exec "$@"
