FROM node:20.19.5-alpine3.22 AS builder
WORKDIR /app
COPY . .
RUN npm run build

FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
RUN addgroup -S -g 1001 nodejs && adduser -S -u 1001 -G nodejs nextjs
COPY --from=builder --chmod=0555 /app/.next/standalone ./
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
