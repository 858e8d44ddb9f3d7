FROM node:20-slim AS base
WORKDIR /app
# all of it
COPY . .

FROM base AS deps
RUN npm ci --omit=dev

FROM base
COPY --from=deps /app/node_modules ./node_modules
EXPOSE 3000
CMD ["node", "server.js"]
