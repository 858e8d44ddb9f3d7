FROM node:20.19.5-bookworm-slim AS base

WORKDIR /app

FROM base AS deps
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev

FROM base
COPY --from=deps --chown=node:node /app/node_modules ./node_modules
COPY --chown=node:node . .

USER node

RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*

EXPOSE 3000
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "server.js"]
