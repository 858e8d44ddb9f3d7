FROM node:20-slim
WORKDIR /app
COPY . .
RUN npm config set fund false && \
    # only what the lock file says
    npm ci --production --no-audit && \
    npm cache clean --force
USER node
CMD ["node", "server.js"]
