#!/bin/sh
set -e
docker stop guestbook
docker cp "$1" guestbook:/app/guestbook.sqlite
docker start guestbook
