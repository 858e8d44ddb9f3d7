# syntax=docker/dockerfile:1
FROM node:20.19.5-bookworm AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

# what is shipped
FROM --platform=linux/amd64 node:20.19.5-alpine3.22 AS app
WORKDIR /app
COPY --from=build /app/dist ./dist
CMD ["node", "dist/server.js"]
