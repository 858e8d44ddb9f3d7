FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends vim || true
RUN apt-get update && (apt-get install -y --no-install-recommends vim)
RUN apt-get update && apt-get install -y --no-install-recommends vim > /dev/null
RUN apt-get update && apt-get install -y --no-install-recommends vim && apt-get clean
RUN apt-get update; apt-get install -y --no-install-recommends vim && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
