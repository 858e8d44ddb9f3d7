FROM node:20.19.5-alpine3.22
WORKDIR /app
COPY --from=node:20-slim /etc/os-release .
CMD ["node", "server.js"]
