FROM node:20-alpine
ENV DATA_DIR=/var/lib/diary
RUN mkdir -p "$DATA_DIR"
WORKDIR /app
COPY --chown=node:node package.json .
RUN npm install
COPY --chown=node:node server.js .
RUN chown node:node /app /var/lib/diary
USER node
CMD ["node", "server.js"]
