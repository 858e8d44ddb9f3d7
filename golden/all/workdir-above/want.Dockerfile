FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
WORKDIR /app/src
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "index.js"]
