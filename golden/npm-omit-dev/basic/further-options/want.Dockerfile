FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --production --include=dev
RUN npm ci --production $FLAGS
RUN npm ci --production --only=production
RUN npm ci --omit=dev --omit=optional "--registry=$REGISTRY"
COPY . .
CMD ["node", "server.js"]
