FROM node:20-slim
USER node
WORKDIR /home/node/app
COPY --chown=node:node package*.json ./
RUN npm install --omit=dev
COPY . .
CMD ["node", "server.js"]
