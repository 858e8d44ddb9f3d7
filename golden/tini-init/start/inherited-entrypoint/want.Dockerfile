FROM node:20-slim AS app
WORKDIR /app
ENTRYPOINT ["node", "--enable-source-maps"]

FROM app
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "node", "--enable-source-maps"]
CMD ["server.js"]
