FROM node:20.19.5-bookworm-slim AS base
WORKDIR /app
COPY --chown=node:node . .

FROM base AS deps
RUN npm ci --omit=dev

FROM base
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=deps --chown=node:node /app/node_modules ./node_modules
RUN chown node:node /app
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
