#!/bin/sh
exec su-exec node "$@"
