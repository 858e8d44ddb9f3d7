FROM node:20-slim
WORKDIR /app
COPY --chown=node:node \
  # the sources alone
  src/ \
  src/
COPY --from=node:20 --chown=node:node \
  /x ./x
USER node
CMD ["node", "src/server.js"]
