#!/bin/sh
node migrate.js
exec dumb-init -- node server.js
