FROM node:20-slim AS base
WORKDIR /app

FROM base AS build
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev

FROM base
COPY --from=build /app ./
EXPOSE 3000
CMD ["node", "dist/index.js"]
