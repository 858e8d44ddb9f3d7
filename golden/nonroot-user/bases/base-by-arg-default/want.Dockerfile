ARG NODE=20
FROM node:${NODE}-slim
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
