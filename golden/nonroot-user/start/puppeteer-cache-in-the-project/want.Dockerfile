FROM node:20-slim
WORKDIR /app
COPY package.json .puppeteerrc.cjs ./
RUN npm install
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
