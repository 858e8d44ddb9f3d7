FROM node:20-slim
WORKDIR /app
COPY . .
RUN openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost && chmod 644 key.pem
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
