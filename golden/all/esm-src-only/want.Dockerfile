FROM node:20.19.5-alpine3.22 AS base
WORKDIR /usr/app

FROM base AS deps
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM base
RUN apk add --no-cache tini
COPY --from=deps --chown=node:node /usr/app/node_modules ./node_modules
COPY --chown=node:node package.json package-lock.json ./
COPY --chown=node:node src ./src
RUN chown node:node /usr/app
USER node
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "src/server.js"]
