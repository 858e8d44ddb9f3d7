FROM node:20-alpine
RUN addgroup -g 10001 web && adduser -D -u 10001 -G web -s /sbin/nologin web
WORKDIR /app
COPY . .
RUN chown web:web /app
USER web
CMD ["node", "server.js"]
