FROM node:20-alpine
WORKDIR /app
COPY . .
RUN mkdir -p /app/data && chown -R node:node /app/data
VOLUME /app/data
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
