# syntax=docker/dockerfile:1
FROM node:20-slim
WORKDIR /app
COPY --link --chown=1000:1000 . .
USER node
CMD ["node", "server.js"]
