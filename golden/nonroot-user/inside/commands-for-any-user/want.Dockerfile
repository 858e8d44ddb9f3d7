FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
