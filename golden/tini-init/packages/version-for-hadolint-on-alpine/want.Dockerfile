FROM node:20-alpine
RUN apk add --no-cache tini~0.19
WORKDIR /app
COPY server.js ./
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
