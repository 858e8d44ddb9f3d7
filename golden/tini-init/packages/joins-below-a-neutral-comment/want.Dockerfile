FROM node:20-alpine
WORKDIR /app

# Install system dependencies
# hadolint ignore=DL3018
RUN apk add --no-cache openssl curl tini

COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
