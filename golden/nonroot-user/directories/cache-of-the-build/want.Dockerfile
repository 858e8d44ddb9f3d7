FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN node warm.js
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
