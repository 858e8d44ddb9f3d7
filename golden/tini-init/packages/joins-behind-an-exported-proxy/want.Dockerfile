FROM node:20-alpine
WORKDIR /app
RUN export http_proxy=http://proxy.corp.lan:3128 && apk add --no-cache git tini
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
