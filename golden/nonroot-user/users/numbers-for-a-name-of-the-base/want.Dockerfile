FROM node:20-slim
WORKDIR /srv
COPY --chown=node:node . .
USER 1000
CMD ["node", "index.js"]
