FROM node:20-alpine AS base
WORKDIR /app

FROM base AS deps
# the patches belong to the install
COPY package.json package-lock.json ./
COPY patches ./patches
RUN npm ci

FROM base
COPY --from=deps /app/node_modules ./node_modules
COPY package.json package-lock.json ./
COPY patches ./patches
# the application
COPY server.js ./

CMD ["node", "server.js"]
