FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
COPY build/setup.sh /tmp/setup.sh
RUN sh /tmp/setup.sh && rm /tmp/setup.sh
WORKDIR /app
COPY app.py .
RUN chown appuser:appuser /app
USER appuser
CMD ["python3", "app.py"]
