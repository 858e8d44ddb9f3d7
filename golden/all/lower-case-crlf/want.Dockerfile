from node:20.19.5-alpine3.22
run apk add --no-cache tini
workdir /app
copy --chown=node:node . .
run chown node:node /app
user node
expose 8080
entrypoint ["/sbin/tini", "--", "docker-entrypoint.sh"]
cmd ["node", "index.js"]