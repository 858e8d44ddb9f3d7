FROM node:20-alpine
WORKDIR /app
RUN apk add --no-cache curl tini
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
