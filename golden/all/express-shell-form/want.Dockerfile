FROM node:20.19.5-bookworm AS base
LABEL maintainer="shop@example.com"

RUN mkdir -p /usr/src/app
WORKDIR /usr/src/app
COPY --chown=node:node . /usr/src/app

FROM base AS deps
RUN npm ci --omit=dev

FROM base
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=deps --chown=node:node /usr/src/app/node_modules ./node_modules
ENV PORT=8080
RUN chown node:node /usr/src/app
USER node
EXPOSE 8080

ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]

CMD ["node", "server.js"]
