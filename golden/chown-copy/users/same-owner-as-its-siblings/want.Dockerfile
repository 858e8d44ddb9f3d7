FROM node:20-alpine
RUN addgroup -g 1001 -S nodejs && adduser -S nextjs -u 1001
WORKDIR /app
COPY --chown=nextjs:nodejs server.js ./
COPY --chown=nextjs:nodejs visits.json ./
USER nextjs
CMD ["node", "server.js"]
