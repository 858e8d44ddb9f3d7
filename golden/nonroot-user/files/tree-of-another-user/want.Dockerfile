FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN chown -R www-data /app
RUN chown -R node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
