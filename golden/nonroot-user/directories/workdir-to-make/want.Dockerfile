FROM node:20-alpine
WORKDIR /app/store
WORKDIR /app
COPY --chown=node:node server.js ./
RUN mkdir -p /app/store && chown node:node /app /app/store
USER node
CMD ["node", "server.js"]
