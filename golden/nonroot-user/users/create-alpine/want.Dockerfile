FROM alpine:3.20
RUN addgroup -g 1000 appuser && adduser -D -u 1000 -G appuser -s /sbin/nologin appuser
RUN apk add --no-cache nodejs npm
WORKDIR /app
COPY . .
RUN chown appuser:appuser /app
USER appuser
CMD ["node", "server.js"]
