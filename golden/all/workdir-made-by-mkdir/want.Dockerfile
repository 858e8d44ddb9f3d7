FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
RUN mkdir /express-api
COPY --chown=node:node . /express-api
WORKDIR /express-api
RUN npm ci --omit=dev
RUN chown node:node /express-api
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
