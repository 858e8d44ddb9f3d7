FROM node:20.19.5-alpine3.22 AS base
WORKDIR /srv/app
COPY package*.json ./

FROM base AS build
RUN npm ci
COPY . .
RUN npm run build

FROM base AS app
RUN apk add --no-cache tini
RUN npm ci --omit=dev
COPY --from=build --chown=node:node /srv/app/dist ./dist
RUN chown node:node /srv/app
USER node
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "dist/server.js"]

FROM base AS test
RUN npm ci
COPY --chown=node:node . .
RUN chown node:node /srv/app
USER node
CMD ["npm", "test"]
