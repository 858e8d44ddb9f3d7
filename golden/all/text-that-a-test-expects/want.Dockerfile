FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
ADD package.json .npmrc ./
COPY --chown=node:node server.js ./
USER node
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
