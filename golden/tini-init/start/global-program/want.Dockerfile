FROM node:20-alpine
RUN apk add --no-cache tini
RUN npm install -g serve
WORKDIR /app
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["serve", "-s", "dist"]
