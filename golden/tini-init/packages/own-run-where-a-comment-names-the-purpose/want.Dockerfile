FROM node:20-alpine
RUN apk add --no-cache tini
WORKDIR /app

# needed for node-gyp
RUN apk add --no-cache python3 make g++

COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
