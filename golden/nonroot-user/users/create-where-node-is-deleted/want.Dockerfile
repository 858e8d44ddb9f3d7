FROM node:20-alpine
RUN addgroup -g 1001 appuser && adduser -D -u 1001 -G appuser -s /sbin/nologin appuser
RUN deluser --remove-home node
WORKDIR /app
COPY . .
RUN chown appuser:appuser /app
USER appuser
CMD ["node", "server.js"]
