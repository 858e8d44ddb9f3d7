FROM node:20-slim AS base
WORKDIR /app

FROM base AS build
COPY package*.json ./
COPY schema ./schema/
RUN npm ci
RUN node schema/generate.js
RUN npm prune --omit=dev

FROM base
COPY --from=build /app ./
COPY . .
EXPOSE 3000
CMD ["node", "server.js"]
