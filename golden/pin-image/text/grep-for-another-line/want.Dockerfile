FROM node:20.19.5-bookworm-slim
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
