FROM node:20-alpine
RUN mkdir -p /home/node/app && chown -R node:node /home/node/app
WORKDIR /home/node/app
COPY . .
USER node
CMD ["node", "server.js"]
