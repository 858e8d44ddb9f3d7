FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
HEALTHCHECK CMD echo checked > /proc/1/fd/1 && grep -q docker /proc/1/cgroup && kill -0 1 && pgrep -x node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
