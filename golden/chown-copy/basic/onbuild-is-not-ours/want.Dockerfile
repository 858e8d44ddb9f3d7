FROM node:20-slim
WORKDIR /app
ONBUILD COPY . .
COPY --chown=node:node server.js ./
USER node
CMD ["node", "server.js"]
