FROM node:20-slim
WORKDIR /app
COPY package.json ./
COPY server.js load.js ./
COPY --chown=node:node templates ./templates
USER node
CMD ["node", "server.js"]
