FROM node:20-slim
WORKDIR /app
COPY . .
ENV DATABASE_URL=postgres://db/app PNPM_HOME=/pnpm PUPPETEER_CACHE_DIR=/opt/browsers
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
