FROM node:16
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY --chown=node:node . .
RUN npm run build
USER node
CMD ["node", "dist/server.js"]
