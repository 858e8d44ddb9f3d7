FROM alpine:3.20 AS deps
RUN apk add --no-cache curl

FROM node:20-slim AS app-base
WORKDIR /app
COPY --from=deps /usr/bin/curl /usr/local/bin/

FROM app-base AS app-deps
COPY package*.json ./
RUN npm ci --omit=dev

FROM app-base
COPY --from=app-deps /app/node_modules ./node_modules
COPY . .
EXPOSE 3000
CMD ["node", "server.js"]
