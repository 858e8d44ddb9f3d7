FROM debian:bookworm-slim
ARG HOST_ID=1000
RUN apt-get update && apt-get install -y --no-install-recommends python3 && groupmod -g $HOST_ID www-data && usermod -u $HOST_ID www-data
WORKDIR /var/www
COPY app.py .
RUN chown www-data:www-data /var/www
USER www-data
CMD ["python3", "app.py"]
