# syntax=docker/dockerfile:1
FROM node:20-slim
RUN <<'EOF' bash
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends curl
# USER root
cat > /etc/motd <<MOTD
FROM the team
MOTD
rm -rf /var/lib/apt/lists/*
EOF
WORKDIR /app
COPY . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
