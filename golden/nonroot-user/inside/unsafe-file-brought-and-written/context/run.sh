#!/bin/sh
set -e
docker build -t lunch .
docker create --name lunch lunch
docker cp /etc/lunch/menu.json lunch:/app/menu.json
docker start lunch
