FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
CMD ["node", "--title=my \"app\"", "a b.js", "-e", "", "it's", "c", "<&>"]
