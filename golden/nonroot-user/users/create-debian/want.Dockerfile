FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
LABEL org.opencontainers.image.title="api"
ARG NODE_MAJOR=20
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/api
COPY . .
RUN npm ci --omit=dev
RUN chown appuser:appuser /opt/api
USER appuser
CMD ["node", "server.js"]
