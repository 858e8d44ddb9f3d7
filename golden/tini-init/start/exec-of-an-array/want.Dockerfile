FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
COPY wait-for-it.sh /
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["/wait-for-it.sh", "postgres:5432", "-t", "180", "--", "node", "server.js"]
