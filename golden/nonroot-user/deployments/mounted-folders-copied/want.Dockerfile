FROM node:20-slim
WORKDIR /app
COPY package.json ./
RUN npm install
COPY config ./config
COPY lib ./lib
COPY server.js ./
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
