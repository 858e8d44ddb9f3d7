FROM node:20-alpine
RUN addgroup -S web && adduser -S -G web web
WORKDIR /app
COPY . .
RUN chown web:web /app
USER web
CMD ["node", "server.js"]
