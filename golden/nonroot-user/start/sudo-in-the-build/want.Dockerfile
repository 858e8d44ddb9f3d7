FROM ubuntu:24.04
RUN groupadd --gid 1001 appuser && useradd --uid 1001 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y sudo nodejs && sudo -u ubuntu true
WORKDIR /srv/api
COPY . .
RUN chown appuser:appuser /srv/api
USER appuser
CMD exec nodejs server.js
