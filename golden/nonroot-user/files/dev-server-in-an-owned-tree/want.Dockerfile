FROM node:20-alpine
WORKDIR /app
COPY . .
RUN npm install && chown -R node:node /app
USER node
CMD ["npx", "vite", "--host"]
