FROM ubuntu:24.04
RUN groupadd --gid 1001 appuser && useradd --uid 1001 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm tini && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/app
COPY --chown=1001:1001 package*.json ./
RUN npm ci --omit=dev
COPY --chown=1001:1001 . .
RUN mkdir -p /opt/app/uploads && chown 1001:1001 /opt/app/uploads
VOLUME /opt/app/uploads
RUN chown 1001:1001 /opt/app
USER 1001:1001
EXPOSE 80
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "server.js"]
