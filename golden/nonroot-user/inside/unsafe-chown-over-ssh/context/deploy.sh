#!/bin/sh
set -e
ssh "$HOST" <<EOF
cd /srv/shop && docker compose up -d --build
docker exec shop-web-1 chown -R www-data /app/public
EOF
