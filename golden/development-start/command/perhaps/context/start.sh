#!/bin/sh
if [ "$NODE_ENV" = development ]; then exec nodemon server.js; fi
exec node server.js
