FROM node:20-slim
WORKDIR /app
COPY . .
RUN chmod -R 775 /app
RUN chown 1000:0 /app
USER 1000:1000
CMD ["node", "server.js"]
