ARG BASE=node:20-alpine
FROM ${BASE}
RUN apk add --no-cache curl tini
WORKDIR /app
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
