FROM node:20.19.5-bookworm-slim

RUN groupadd --system --gid 1001 appuser && \
    useradd --system --uid 1001 --gid appuser --shell /usr/sbin/nologin appuser

WORKDIR /app
COPY --chown=appuser:appuser package*.json ./
RUN npm ci --omit=dev
COPY --chown=appuser:appuser . .


RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
USER appuser

EXPOSE 3000
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "server.js"]
