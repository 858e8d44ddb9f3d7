FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN node build.js
RUN mkdir -p /app/pages && chown node:node /app && chown -R node:node /app/pages
USER node
EXPOSE 3000
CMD ["node", "server.js"]
