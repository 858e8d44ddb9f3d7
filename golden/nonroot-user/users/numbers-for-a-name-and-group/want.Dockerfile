FROM node:20-alpine
RUN addgroup -S -g 1001 nodejs && adduser -S -u 1001 -G nodejs nextjs
WORKDIR /srv
COPY --chown=nextjs:nodejs . .
USER 1001:1001
CMD ["node", "index.js"]
