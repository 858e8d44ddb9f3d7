FROM node:20.19.5-alpine3.22 AS base
WORKDIR /app
COPY --chown=node:node . .
RUN npm ci --omit=dev

FROM base AS prod
RUN apk add --no-cache tini
RUN chown node:node /app
USER node
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
