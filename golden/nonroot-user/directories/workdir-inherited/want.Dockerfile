FROM node:20-slim AS base
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev

FROM base
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
