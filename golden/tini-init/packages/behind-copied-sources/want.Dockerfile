FROM node:20-slim
LABEL org.opencontainers.image.title=shop

# The mirror.
COPY docker/debian.sources /etc/apt/sources.list.d/

RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*

# The application.
WORKDIR /app
COPY server.js .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
