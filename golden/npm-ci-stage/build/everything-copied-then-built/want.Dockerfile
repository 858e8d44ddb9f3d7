FROM node:20-slim AS base
WORKDIR /app
COPY . .

FROM base AS build
RUN npm ci
RUN npm run build
RUN npm prune --omit=dev

FROM base
COPY --from=build /app ./
EXPOSE 3000
CMD ["node", "dist/server.js"]
