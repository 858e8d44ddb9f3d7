FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown 10001:10001 /app
USER 10001:10001
CMD ["node", "server.js"]
