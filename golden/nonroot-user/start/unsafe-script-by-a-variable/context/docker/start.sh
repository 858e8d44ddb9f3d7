#!/bin/sh
set -e
. "$SETUP"
exec "$@"
