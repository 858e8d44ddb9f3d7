#!/bin/sh
[ -p /tmp/app.control ] || mkfifo /tmp/app.control
exec node server.js
