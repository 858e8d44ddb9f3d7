FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["./wait.sh", "db:5432", "node", "server.js"]
