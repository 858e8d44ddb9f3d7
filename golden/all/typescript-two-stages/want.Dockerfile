# Build
FROM node:20.19.5-bookworm AS builder
WORKDIR /usr/src/app
COPY . .
RUN npm ci && npm run build

# Run
FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /usr/src/app
COPY --chown=node:node package*.json ./
RUN npm ci
COPY --from=builder --chown=node:node /usr/src/app/dist ./dist
RUN chown node:node /usr/src/app
USER node
EXPOSE 3000
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "dist/index.js"]
