FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /usr/app
COPY --chown=node:node package.json package-lock.json ./
RUN npm ci --omit=dev
COPY --chown=node:node src ./src
RUN chown node:node /usr/app
USER node
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "src/server.js"]
