#!/bin/sh
su-exec nginx node /app/server.js &
exec nginx -g "daemon off;"
