FROM node:20-alpine
WORKDIR /app
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
