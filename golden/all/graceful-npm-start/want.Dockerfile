FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/worker
COPY package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
RUN chown node:node /opt/worker
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "worker.js"]
