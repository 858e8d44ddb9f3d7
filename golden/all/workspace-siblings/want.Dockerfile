FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --chown=node:node package.json ./
COPY --chown=node:node packages/shared ./packages/shared
COPY --chown=node:node packages/bot ./packages/bot
RUN npm install --omit=dev
WORKDIR /app/packages/bot
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "index.js"]
