FROM node:20-alpine AS build
RUN npm ci
FROM node:20.19.5-bookworm-slim
WORKDIR /app
COPY --from=build /app/dist .
CMD ["node", "server.js"]
