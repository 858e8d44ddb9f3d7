FROM node:20
WORKDIR /app
COPY --chown=node:node . .
RUN npm ci && npm run build
USER node
CMD ["node", "dist/server.js"]
