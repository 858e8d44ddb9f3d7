FROM node:20-slim
LABEL version=1.4
ENV NODE_ENV=production
ENV NODE_OPTIONS="--max-old-space-size=512 --enable-source-maps"
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
