FROM node:20-slim
LABEL org.opencontainers.image.authors="Jo Doe <jo@example.com>"
LABEL org.opencontainers.image.authors="Ann Doe <ann@example.com>"
CMD ["node", "server.js"]
