FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN chown node:node /app
USER node
CMD ["sh", "-c", "npx prisma migrate deploy && exec node server.js"]
