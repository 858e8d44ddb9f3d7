FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y gunicorn
WORKDIR /app
COPY wsgi.py ./
RUN chown appuser:appuser /app
USER appuser
CMD ["gunicorn", "--pid", "/app/web.pid", "--access-logfile=-", "--certfile=/etc/ssl/web.pem", "wsgi:app"]
