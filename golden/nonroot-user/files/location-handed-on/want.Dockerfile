FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN npm install && npx tsc
RUN mkdir -p /app/dist && chown node:node /app && chown -R node:node /app/dist
USER node
CMD ["node", "dist/server.js"]
