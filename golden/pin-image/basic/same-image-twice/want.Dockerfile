# FROM node:20-slim, as everywhere
FROM --platform=$BUILDPLATFORM node:20.19.5-bookworm-slim AS build
RUN npm ci
FROM \
  # small
  node:20.19.5-bookworm-slim \
  AS app
from   node:20.19.5-bookworm-slim
