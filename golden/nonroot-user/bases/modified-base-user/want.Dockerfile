FROM node:20-slim
RUN usermod -s /bin/sh www-data && usermod -aG audio node
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
