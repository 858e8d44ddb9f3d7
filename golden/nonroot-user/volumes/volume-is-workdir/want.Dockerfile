FROM node:20-alpine
WORKDIR /app
RUN mkdir -p /app && chown node:node /app
VOLUME ["/app"]
COPY . .
USER node
CMD ["node", "server.js"]
