FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
COPY rootfs/ /
WORKDIR /app
COPY app.py .
RUN chown appuser:appuser /app
USER appuser
CMD ["python3", "app.py"]
