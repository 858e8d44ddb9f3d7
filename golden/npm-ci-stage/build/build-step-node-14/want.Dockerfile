FROM node:14-slim AS base
WORKDIR /app

FROM base AS build
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --production

FROM base
COPY --from=build /app ./
EXPOSE 3000
CMD ["node", "dist/server.js"]
