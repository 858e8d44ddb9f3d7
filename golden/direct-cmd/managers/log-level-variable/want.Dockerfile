FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
ENV NPM_CONFIG_LOGLEVEL=warn
CMD ["node", "server.js"]
