FROM node:20-alpine
RUN adduser -S app
WORKDIR /app
COPY . .
RUN chown app:nogroup /app
USER app
CMD ["node", "server.js"]
