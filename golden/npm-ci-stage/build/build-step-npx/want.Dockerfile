FROM node:20-slim AS base
WORKDIR /srv/client

FROM base AS deps
COPY package*.json ./
RUN npm ci

FROM base
COPY --from=deps /srv/client/node_modules ./node_modules
COPY . .
RUN npx some-browser install
EXPOSE 3000
CMD ["node", "server.js"]
