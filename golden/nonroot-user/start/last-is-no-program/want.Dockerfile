FROM node:20-slim AS app
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]

FROM scratch AS artifacts
COPY --from=node:20-slim /usr/local/bin/node /node
