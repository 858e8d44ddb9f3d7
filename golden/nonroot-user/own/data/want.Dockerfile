FROM node:20-slim
WORKDIR /app
COPY . .
RUN mkdir -p /app/uploads /app/reports/daily && chown node:node /app/uploads /app/reports/daily
USER node
EXPOSE 3000
CMD ["node", "server.js"]
