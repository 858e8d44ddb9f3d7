#!/bin/sh
[ -p /run/app.control ] || mkfifo /run/app.control
exec node server.js
