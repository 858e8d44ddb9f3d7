FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends uwsgi uwsgi-plugin-python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY app.py app.ini ./
RUN chown appuser:appuser /app
USER appuser
EXPOSE 8080
CMD ["uwsgi", "--ini", "app.ini"]
