FROM node:20-slim
LABEL org.opencontainers.image.authors="The shop team <shop@example.com>"
LABEL org.opencontainers.image.authors="The web team <web@example.com>"
CMD ["node", "server.js"]
