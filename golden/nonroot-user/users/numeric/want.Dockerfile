FROM node:20-slim
WORKDIR /app
COPY . .
RUN chown 1000:1000 /app
USER 1000:1000
CMD ["node", "server.js"]
