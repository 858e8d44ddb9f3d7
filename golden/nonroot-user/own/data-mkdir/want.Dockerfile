FROM node:20-slim
WORKDIR /app
COPY . .
RUN mkdir -p /app/uploads && chown node:node /app/uploads
USER node
EXPOSE 3000
CMD ["node", "server.js"]
