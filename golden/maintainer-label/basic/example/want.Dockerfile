FROM node:20-slim
LABEL org.opencontainers.image.authors="The shop team <shop@example.com>"
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
