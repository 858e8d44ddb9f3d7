FROM node:20.19.5-bookworm AS a
FROM node:20.19.5-alpine3.22 AS b
FROM node:25.1.0-trixie-slim AS c
FROM node:24.11.0-alpine3.21 AS d
FROM node:25.1.0-bookworm AS e
FROM node:20.19.5-bookworm-slim AS f
FROM node:25.1.0-alpine3.22
