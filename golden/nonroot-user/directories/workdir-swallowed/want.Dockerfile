FROM node:20-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends openssl \
  && rm -rf /var/lib/apt/lists/* \

WORKDIR /app

COPY package.json server.js ./
USER node
CMD ["node", "server.js"]
