FROM node:20-alpine
WORKDIR /app
COPY . .
RUN mkdir -p /app/data /app/uploads && chown node:node /app/data /app/uploads
VOLUME /app/data

VOLUME /app/uploads
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
