FROM node:20-slim
RUN sed -i 's/deb.debian.org/mirror.corp.lan/' /etc/apt/sources.list.d/debian.sources && apt-get update
WORKDIR /app
RUN ./install-tools.sh
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
