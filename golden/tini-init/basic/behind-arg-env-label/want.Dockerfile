FROM node:20-slim
ARG VERSION=1
ENV NODE_ENV=production
LABEL org.opencontainers.image.version=$VERSION
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY . .

ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]

CMD ["node", "server.js"]
