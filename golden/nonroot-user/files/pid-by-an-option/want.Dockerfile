FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends gunicorn python3 && rm -rf /var/lib/apt/lists/*
RUN mkdir /run/app
WORKDIR /app
COPY app.py .
RUN chown appuser:appuser /app /run/app
USER appuser
CMD ["gunicorn", "-b", "0.0.0.0:8000", "--pid", "/run/app/gunicorn.pid", "app:app"]
