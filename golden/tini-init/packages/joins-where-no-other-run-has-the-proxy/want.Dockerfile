FROM node:20-alpine
WORKDIR /app
# needed for node-gyp
RUN export http_proxy=http://proxy.corp.lan:3128 && apk add --no-cache python3 make g++ tini
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
