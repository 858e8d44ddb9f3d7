FROM node:20-slim
WORKDIR /app
ARG HTTPS_PROXY
ENV http_proxy=http://proxy.corp.lan:3128 \
    https_proxy=$HTTPS_PROXY
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY server.js .
ENV http_proxy= https_proxy=""
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
