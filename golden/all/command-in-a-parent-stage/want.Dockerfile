FROM node:20.19.5-bookworm-slim AS base
WORKDIR /app
CMD ["node", "server.js"]

FROM base AS test
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --chown=node:node . .
RUN node --test
RUN chown node:node /app
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]

FROM base
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --chown=node:node . .
RUN chown node:node /app
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
