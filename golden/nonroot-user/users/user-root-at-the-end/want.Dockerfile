FROM node:20-slim
WORKDIR /app
USER node
COPY . .
USER root
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
