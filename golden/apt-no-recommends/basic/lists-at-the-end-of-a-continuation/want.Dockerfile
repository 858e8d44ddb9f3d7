FROM node:20-slim
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
      vim \
      nano # editors
RUN apt-get update && \
    # the last package
    apt-get install -y --no-install-recommends \
      vim \
      # and an editor
      nano && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
