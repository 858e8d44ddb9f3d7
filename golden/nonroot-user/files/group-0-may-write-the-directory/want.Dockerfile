FROM node:20-slim
WORKDIR /express-api
COPY . .
RUN chmod g+rwx /express-api
RUN chown node:0 /express-api
USER node
CMD ["node", "server.js"]
