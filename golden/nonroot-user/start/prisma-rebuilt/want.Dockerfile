FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm rebuild prisma @prisma/engines
RUN chown node:node /app
USER node
CMD ["sh", "-c", "npx prisma migrate deploy && exec node server.js"]
