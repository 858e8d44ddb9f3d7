FROM node:20-slim
WORKDIR /srv/app
COPY --chown=node:node . /srv/app
RUN chown node:node /srv/app
USER node
CMD ["node", "server.js"]
