FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
RUN npm install -g json-server
WORKDIR /data
COPY --chown=node:node db.json .
RUN chown node:node /data
USER node
EXPOSE 3000
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["json-server", "db.json"]
