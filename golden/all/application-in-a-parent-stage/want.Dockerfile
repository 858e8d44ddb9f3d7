FROM node:20.19.5-alpine3.22 AS base
WORKDIR /app
COPY . .
RUN npm ci --omit=dev

FROM base AS prod
EXPOSE 3000
CMD ["node", "server.js"]
