FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN mkdir state
RUN chown node:node /app /app/state
USER node
CMD ["node", "server.js"]
