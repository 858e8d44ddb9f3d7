FROM node:20-alpine
WORKDIR /app
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
RUN chown -R node:node /app
USER node
CMD ["node", "server.js"]
