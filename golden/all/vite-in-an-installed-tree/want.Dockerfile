FROM node:20.19.5-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY --chown=node:node . .
RUN mkdir -p /app/node_modules/.vite /app/node_modules/.vite-temp && chown node:node /app && chown -R node:node /app/node_modules/.vite /app/node_modules/.vite-temp
USER node
EXPOSE 3000
ENTRYPOINT ["/usr/bin/tini", "-g", "--", "docker-entrypoint.sh"]
CMD ["npm", "run", "dev"]
