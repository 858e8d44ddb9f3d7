FROM node:20-alpine
RUN apk add --no-cache tini
COPY startup.sh /usr/local/bin/
WORKDIR /app
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "startup.sh"]
CMD ["node", "server.js"]
