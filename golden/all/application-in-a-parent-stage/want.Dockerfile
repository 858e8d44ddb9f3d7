FROM node:20-alpine AS base
WORKDIR /app
COPY . .
RUN npm ci --omit=dev

FROM base AS prod
RUN apk add --no-cache tini
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
