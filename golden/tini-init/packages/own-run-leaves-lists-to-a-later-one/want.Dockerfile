FROM node:20-slim
RUN sed -i 's/deb.debian.org/mirror.corp.lan/' /etc/apt/sources.list.d/debian.sources && apt-get update
RUN apt-get update && apt-get install -y --no-install-recommends tini
WORKDIR /app
RUN ./install-tools.sh
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
