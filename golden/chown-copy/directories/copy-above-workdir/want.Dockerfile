FROM node:20-slim
WORKDIR /src/server
COPY --chown=node:node . /src
USER node
CMD ["node", "server.js"]
