FROM node:20.19.5-alpine3.22
WORKDIR /app
COPY --chown=node:node package*.json ./
RUN npm ci --only=production
COPY --chown=node:node . .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
