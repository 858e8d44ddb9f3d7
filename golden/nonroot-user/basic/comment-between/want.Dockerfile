FROM node:20-slim
WORKDIR /app
COPY . .

RUN chown node:node /app
USER node

# Port of the metrics.
EXPOSE 9090
# hadolint ignore=DL3025
CMD node server.js
