FROM node:20 AS build
WORKDIR /src
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-slim AS base
WORKDIR /app

FROM base AS deps
COPY package*.json ./
RUN npm ci --omit=dev

FROM base
COPY --from=deps /app/node_modules ./node_modules
COPY package*.json ./
COPY --from=build /src/dist ./dist
CMD ["node", "dist/server.js"]
