FROM node:20-slim
WORKDIR /app
COPY .npmrc /root/.npmrc
COPY . .
RUN npm ci --omit=dev
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
