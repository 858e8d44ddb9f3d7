FROM node:20-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
RUN chmod u+x entry.sh
RUN chown node:node /app
USER node
EXPOSE 3000
ENTRYPOINT ["./entry.sh"]
CMD ["node", "server.js"]
