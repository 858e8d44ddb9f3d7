FROM node:20-slim
WORKDIR /app
COPY package.json ./
RUN npm install
COPY . .
RUN mkdir -p /app/reports && chown node:node /app/reports
USER node
CMD ["node", "server.js"]
