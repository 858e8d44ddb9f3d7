FROM node:20-slim
COPY --from=node:20 /opt/yarn-v1.22.22 /opt/yarn
COPY --chown=node:node .npmrc /home/node/
WORKDIR /home/node/app
COPY --chown=node:node . .
USER node
CMD ["node", "server.js"]
