FROM node:20-slim
WORKDIR /app
RUN mkdir -p logs /data/uploads && mkdir -p /etc/apt/keyrings && mkdir /build
COPY . .
RUN npm ci --omit=dev && rm -rf /build
RUN mkdir -p /app/logs /data/uploads && chown node:node /app /app/logs /data /data/uploads
USER node
CMD ["node", "server.js"]
