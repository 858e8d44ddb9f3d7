FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN chown -R node package-lock.json /app
USER node
RUN npm ci
COPY . .
CMD ["node", "server.js"]
