FROM node:20-slim
WORKDIR /app
USER node
COPY . .
USER node
CMD ["node", "server.js"]
