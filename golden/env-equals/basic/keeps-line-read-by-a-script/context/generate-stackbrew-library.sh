#!/bin/sh
version="$(awk '$1 == "ENV" && $2 == "APP_VERSION" { print $3; exit }' Dockerfile)"
echo "Tags: $version"
