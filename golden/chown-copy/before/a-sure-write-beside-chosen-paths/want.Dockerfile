FROM node:20-slim
WORKDIR /srv/app
COPY package*.json ./
RUN npm ci --omit=dev
COPY server.js ./
COPY --chown=node:node data ./data
RUN mkdir -p log && chown -R node:node log
USER node
CMD ["node", "server.js"]
