#!/bin/sh
export APP_VERSION=5
docker build --build-arg ENV=prod .
