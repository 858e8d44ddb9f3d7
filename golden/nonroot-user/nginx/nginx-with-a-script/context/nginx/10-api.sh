#!/bin/sh
set -e
: "${API:=http://127.0.0.1:3000}"
echo "location /api/ { proxy_pass $API; }" > /etc/nginx/conf.d/api.inc
