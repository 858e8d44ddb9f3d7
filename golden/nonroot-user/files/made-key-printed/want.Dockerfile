FROM node:20-slim
WORKDIR /app
COPY . .
RUN openssl genrsa 2048 > private.pem
RUN openssl rsa -in private.pem -pubout > public.pem
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
