FROM node:20.19.5-alpine3.22
WORKDIR /app
COPY server.js .
CMD ["node", "server.js"]
