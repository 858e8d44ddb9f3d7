FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-icmplib && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY probe.py .
RUN chown appuser:appuser /app
USER appuser
CMD ["python3", "probe.py"]
