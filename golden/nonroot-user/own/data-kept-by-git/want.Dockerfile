FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown node:node /app/db
USER node
EXPOSE 3000
CMD ["node", "server.js"]
