FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini=0.19.0-1
WORKDIR /app
COPY . .
ENTRYPOINT ["/usr/bin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
