FROM node:20-slim AS base
WORKDIR /srv/client

FROM base AS deps
COPY package*.json ./
RUN npm ci --force

FROM base
COPY --from=deps /srv/client/node_modules ./node_modules
COPY . .
RUN npm run build
EXPOSE 3000
CMD ["node", "server.js"]
