FROM alpine:3.20
RUN apk add --no-cache nodejs
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
