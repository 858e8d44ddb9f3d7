FROM node:20-slim
WORKDIR /app
COPY package.json ./
RUN npm install
COPY --chown=node:node . .
RUN npm run build
RUN mkdir -p /app/dist && chown node:node /app && chown -R node:node /app/dist
USER node
CMD ["node", "server.js"]
