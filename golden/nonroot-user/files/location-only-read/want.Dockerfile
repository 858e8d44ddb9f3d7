FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN npm install && npx tsc
RUN chown node:node /app
USER node
CMD ["node", "dist/server.js"]
