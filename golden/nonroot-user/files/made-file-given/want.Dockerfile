FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
RUN touch app.log && npx knex migrate:latest && chown -R node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
