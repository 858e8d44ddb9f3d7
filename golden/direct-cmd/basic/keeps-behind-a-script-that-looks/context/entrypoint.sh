#!/bin/sh
if [ "$1" = npm ]; then
  node migrate.js
fi
exec "$@"
