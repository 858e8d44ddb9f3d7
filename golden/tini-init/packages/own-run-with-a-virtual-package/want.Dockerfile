FROM node:20-alpine
RUN apk add --no-cache tini
WORKDIR /app
RUN apk add --no-cache --virtual .build python3 make g++ && npm ci && apk del .build
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
