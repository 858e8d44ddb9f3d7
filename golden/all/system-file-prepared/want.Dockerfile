FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
RUN mkdir -p /var/lib/app
RUN chown node:node /app /var/lib/app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
