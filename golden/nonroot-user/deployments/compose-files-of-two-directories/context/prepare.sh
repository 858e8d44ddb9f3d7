#!/bin/sh
set -e
echo starts
exec "$@"
