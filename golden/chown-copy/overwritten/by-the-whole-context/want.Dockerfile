FROM node:20-slim
WORKDIR /app
COPY package.json ./package.json
RUN npm install
COPY --chown=node:node . .
USER node
CMD ["node", "server.js"]
