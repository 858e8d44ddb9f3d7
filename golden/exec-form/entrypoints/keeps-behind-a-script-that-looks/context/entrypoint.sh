#!/bin/sh
set -e
if [ "$1" = "node" ]; then
  node migrate.js
fi
exec "$@"
