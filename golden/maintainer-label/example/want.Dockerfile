FROM node:20-slim
LABEL org.opencontainers.image.authors="Jo Doe <jo@example.com>"
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
