FROM node:20-slim AS base
WORKDIR /app/api

FROM base AS deps
COPY api/package*.json ./
RUN npm ci --omit=dev

FROM base AS api
COPY --from=deps /app/api/node_modules ./node_modules
COPY api ./
EXPOSE 3000
CMD ["node", "server.js"]

FROM node:20-slim AS web
WORKDIR /app/web
COPY web/package*.json ./
RUN npm ci
COPY web ./
EXPOSE 3000
CMD ["node", "server.js"]
