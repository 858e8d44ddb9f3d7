FROM node:20-slim AS base
WORKDIR /srv/client

FROM base AS build
COPY package*.json ./
RUN npm ci --legacy-peer-deps
COPY . .
RUN npm run build
RUN npm prune --omit=dev --legacy-peer-deps

FROM base
COPY --from=build /srv/client ./
EXPOSE 3000
CMD ["node", "server.js"]
