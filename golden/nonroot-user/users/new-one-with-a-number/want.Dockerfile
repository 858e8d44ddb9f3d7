FROM alpine:3.20
RUN addgroup -g 10001 appuser && adduser -D -u 10001 -G appuser -s /sbin/nologin appuser
RUN apk add --no-cache nodejs
WORKDIR /app
COPY . .
RUN chown appuser:appuser /app
USER appuser
CMD ["node", "server.js"]
