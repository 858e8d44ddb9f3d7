FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
COPY docker/entrypoint.sh /usr/local/bin/
ENTRYPOINT ["/usr/bin/tini", "--", "entrypoint.sh"]
CMD ["node", "server.js"]
