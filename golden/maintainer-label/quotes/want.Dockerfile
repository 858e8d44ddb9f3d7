FROM node:20-slim AS build
label org.opencontainers.image.authors="Jo Doe <jo@example.com>"

FROM node:20-slim
LABEL org.opencontainers.image.authors="Jo \"the \\builder\" Doe, \$5 an hour, it's \${CHEAP}"
CMD ["node", "server.js"]
