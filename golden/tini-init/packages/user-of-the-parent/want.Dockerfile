FROM node:20-slim AS base
USER node
WORKDIR /app

FROM base
USER root
RUN apt-get update && apt-get install -y curl tini && rm -rf /var/lib/apt/lists/*
USER node
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
