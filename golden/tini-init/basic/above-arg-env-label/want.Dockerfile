FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
ARG VERSION=1
ENV NODE_ENV=production
LABEL org.opencontainers.image.version=$VERSION

WORKDIR /app
COPY . .

ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]

CMD ["node", "server.js"]
