FROM node:20-alpine
WORKDIR /app/web
RUN npm ls || true
WORKDIR /app
COPY --chown=node:node server.js ./
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
