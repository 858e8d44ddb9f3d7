FROM node:20-slim
WORKDIR /app
ADD --chown=node:node dist.tar.gz ./
COPY --chown=node:node ["my file", "store.js", "./"]
USER node
CMD ["node", "server.js"]
