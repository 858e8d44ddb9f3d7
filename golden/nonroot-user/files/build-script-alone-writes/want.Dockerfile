FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN node build.js
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "dist/server.js"]
