FROM node:20-slim AS base
ENV COMMIT=unknown
ENV http_proxy=http://proxy.corp.lan:3128
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
USER node
WORKDIR /app

FROM base
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
