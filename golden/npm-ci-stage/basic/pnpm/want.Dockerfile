FROM node:20-slim AS base
WORKDIR /app
RUN npm install -g pnpm@9

FROM base AS deps
COPY package.json pnpm-lock.yaml ./
RUN pnpm install --frozen-lockfile

FROM base
COPY --from=deps /app/node_modules ./node_modules
COPY . .
CMD ["node", "server.js"]
