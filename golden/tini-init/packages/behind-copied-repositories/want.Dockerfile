FROM node:20-alpine
# Nothing outside corp.lan can be reached from the builders.
COPY docker/repositories /etc/apk/repositories
COPY docker/corp.pem /etc/ssl/certs/corp.pem
RUN apk add --no-cache tini

WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY server.js .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
