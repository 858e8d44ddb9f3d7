FROM node:20-slim
WORKDIR /app
COPY --chown=node:node package.json ./
RUN npm install
COPY --chown=node:node server.js ./
USER node
CMD ["node", "server.js"]
