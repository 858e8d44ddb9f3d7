FROM node:25.1.0-trixie
COPY package.json .
RUN npm install
COPY . .
USER node
CMD ["node", "server.js"]
