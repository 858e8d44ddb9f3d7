FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends vim && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y --no-install-recommends nano && apt-get clean
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
