FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN cp default.json settings.json
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
