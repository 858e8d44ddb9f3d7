FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends python3-django gunicorn && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN chown appuser:appuser /app
USER appuser
CMD ["gunicorn", "shop.wsgi"]
