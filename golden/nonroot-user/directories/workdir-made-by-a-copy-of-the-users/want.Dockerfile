FROM node:20-slim
COPY --chown=node:node . /srv/app
WORKDIR /srv/app
USER node
CMD ["node", "server.js"]
