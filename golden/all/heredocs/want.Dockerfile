# syntax=docker/dockerfile:1
FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN <<EOF
cat > Dockerfile.example <<INNER
FROM scratch
USER root
CMD ["nothing"]
INNER
EOF
COPY --chown=node:node <<-"CONFIG" ./config.json
	{"user": "FROM"}
	CONFIG
COPY --chown=node:node . .
RUN chown node:node /app
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
