FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN mkdir -p uploads logs
COPY --chown=node:node . .
RUN node build.js
RUN mkdir -p /app/uploads /app/logs && chown node:node /app /app/uploads /app/logs
USER node
EXPOSE 3000
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "server.js"]
