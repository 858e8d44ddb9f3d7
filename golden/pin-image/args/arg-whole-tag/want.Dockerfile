ARG TAG=20.19.5-bookworm-slim
FROM node:${TAG}
