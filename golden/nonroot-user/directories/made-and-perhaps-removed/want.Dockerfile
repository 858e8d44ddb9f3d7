FROM node:20-alpine
WORKDIR /app
RUN mkdir -p /data
COPY . .
RUN ./prepare.sh
RUN mkdir -p /data && chown node:node /app /data
USER node
CMD ["node", "server.js"]
