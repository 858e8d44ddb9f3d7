FROM ubuntu:24.04
RUN groupadd --gid 1001 appuser && useradd --uid 1001 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y nodejs && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN chown appuser:appuser /app
USER appuser
CMD ["nodejs", "server.js"]
