FROM node:20-slim
CMD ["node", "server.js"]
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node