FROM node:20-slim
WORKDIR /app
COPY . .
RUN sh gen.sh
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
