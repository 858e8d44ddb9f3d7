ARG NODE_VERSION=20.19.5
FROM node:${NODE_VERSION}-alpine AS build
RUN npm ci
FROM node:$NODE_VERSION-alpine
