FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
COPY package.json server.js ./
EXPOSE 8080
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
