FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
EXPOSE 80
CMD ["node", "server.js"]
