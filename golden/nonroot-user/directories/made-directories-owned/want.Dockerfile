FROM node:20-alpine
WORKDIR /app
RUN mkdir -p data cache && chown node:node data && chmod 777 cache
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
