FROM node:20-slim
WORKDIR /app
COPY . .
RUN node init.js data
RUN chown -R node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js", "data"]
