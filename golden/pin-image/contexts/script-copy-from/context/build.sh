#!/bin/sh
docker buildx build --build-context node:20-slim="$PWD/certs" -t acme/web .
