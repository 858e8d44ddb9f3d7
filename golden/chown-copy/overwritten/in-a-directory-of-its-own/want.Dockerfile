FROM node:20-slim
COPY --chown=node:node package.json /app/
WORKDIR /app
RUN npm install
COPY --chown=node:node . .
USER node
CMD ["node", "server.js"]
