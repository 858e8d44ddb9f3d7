# The API of the shop.
FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production
WORKDIR /usr/src/app

# dependencies first, for the cache
COPY package.json package-lock.json ./
RUN npm ci --omit=dev \
    # the cache is of no use in an image
    && npm cache clean --force

COPY --chown=node:node . .

RUN chown node:node /usr/src/app
USER node

# the port of the load balancer
EXPOSE 3000

ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]

# hadolint ignore=DL3025
CMD ["node", "server.js"]
