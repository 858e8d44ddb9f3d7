FROM node:20-slim
ENV NPM_CONFIG_PREFIX=/home/node/.npm-global
WORKDIR /home/node/app
USER node
COPY --chown=node:node package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
CMD ["node", "server.js"]
