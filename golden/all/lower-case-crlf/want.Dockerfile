from node:20.19.5-alpine3.22
workdir /app
copy --chown=node:node . .
run chown node:node /app
user node
expose 8080
cmd ["node", "index.js"]