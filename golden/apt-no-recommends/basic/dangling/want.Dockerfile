FROM node:20-slim
COPY . /app
RUN apt-get update && apt-get install -y --no-install-recommends vim && rm -rf /var/lib/apt/lists/* \
