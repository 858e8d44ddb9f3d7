FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends gunicorn python3-django && rm -rf /var/lib/apt/lists/*
WORKDIR /code
COPY . .
RUN scripts/build.sh
RUN chown -R appuser:appuser /code
USER appuser
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "polls.wsgi"]
