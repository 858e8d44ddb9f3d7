FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y python3
WORKDIR /app
COPY copy.py ./
RUN chown appuser:appuser /app
USER appuser
CMD ["python3", "copy.py"]
