FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
      ca-certificates \
      tini \
      # for the health check
      curl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
