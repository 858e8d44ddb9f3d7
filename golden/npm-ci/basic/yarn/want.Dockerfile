FROM node:20-slim
WORKDIR /app
COPY package.json yarn.lock ./
RUN yarn --frozen-lockfile
COPY . .
USER node
CMD ["node", "server.js"]
