#!/usr/bin/env sh
set -e

while ! nc -zv mysql 3306; do
    sleep 2
done

exec "${@}"
