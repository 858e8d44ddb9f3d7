FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-whisper && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN python3 -c "import whisper; whisper.load_model('base', download_root='/opt/models')"
RUN chown appuser:appuser /app
USER appuser
CMD ["python3", "server.py"]
