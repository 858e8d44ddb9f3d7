#!/bin/sh
set -e
npx tsc --version
exec "$@"
