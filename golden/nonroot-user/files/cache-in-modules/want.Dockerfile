FROM node:20-slim
WORKDIR /app
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
RUN mkdir -p /app/node_modules/.cache && chown node:node /app && chown -R node:node /app/node_modules/.cache
USER node
EXPOSE 3000
CMD ["node", "server.js"]
