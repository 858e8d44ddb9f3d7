FROM node:16.20.2-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
USER node
WORKDIR /usr/src/app
COPY --chown=node:node . .
RUN npm ci
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "index.js"]
