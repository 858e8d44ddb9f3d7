FROM node:20-slim AS base
WORKDIR /app
COPY . .
CMD ["node", "server.js"]

FROM base AS dev
ENV NODE_ENV=development

FROM base
ENV NODE_ENV=production
