FROM node:20-slim
WORKDIR /app
COPY package.json server.js ./
RUN npm install --omit=dev
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
