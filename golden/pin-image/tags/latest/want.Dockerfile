FROM node:25.1.0-bookworm AS a
FROM node:25.1.0-bookworm AS b
FROM docker.io/library/node:25.1.0-bookworm AS c
FROM docker.io/node:20.19.5-bookworm-slim AS d
FROM index.docker.io/library/node:20.19.5-bookworm AS e
