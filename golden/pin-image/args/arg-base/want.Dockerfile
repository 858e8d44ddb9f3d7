ARG UNUSED=1 BASE="node:20.19.5-bookworm-slim"
FROM --platform=$BUILDPLATFORM ${BASE} AS build
FROM $BASE
