FROM node:20-slim
RUN --mount=type=cache,target=/var/lib/apt,sharing=locked --mount=type=cache,target=/var/cache/apt \
    apt-get update && apt-get install -y --no-install-recommends vim
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
