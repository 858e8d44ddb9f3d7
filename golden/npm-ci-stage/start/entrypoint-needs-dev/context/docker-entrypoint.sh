#!/bin/sh
set -e
npx --no-install migrator up
exec "$@"
