FROM node:20-slim AS base
WORKDIR /app

FROM base AS deps
COPY package*.json .npmrc ./
RUN npm ci

FROM base
COPY --from=deps /app/node_modules ./node_modules
COPY . .
RUN npm run build
CMD ["node", "dist/server.js"]
