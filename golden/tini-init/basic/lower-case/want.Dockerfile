from node:20-alpine
run apk add --no-cache tini
workdir /app
copy . .
entrypoint [ "/sbin/tini", "--", "docker-entrypoint.sh" ]
cmd [ "node", "server.js" ]
