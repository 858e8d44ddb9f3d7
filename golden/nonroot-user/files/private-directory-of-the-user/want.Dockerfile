FROM node:20-slim
RUN install -d -o node -g node -m 750 /srv/vault
WORKDIR /srv/vault/app
COPY . .
RUN chown node:node /srv/vault/app
USER node
CMD ["node", "server.js"]
