FROM node:20.19.5-bookworm-slim AS base
WORKDIR /opt/worker

FROM base AS deps
COPY package*.json ./
RUN npm ci --omit=dev

FROM base
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=deps --chown=node:node /opt/worker/node_modules ./node_modules
COPY --chown=node:node . .
RUN chown node:node /opt/worker
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "worker.js"]
