FROM node:20-alpine
WORKDIR /app
COPY --chown=node:node server.js .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
