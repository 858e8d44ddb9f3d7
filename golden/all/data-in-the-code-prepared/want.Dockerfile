FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
COPY --chown=node:node package.json server.js ./
RUN mkdir /data
RUN chown node:node /app /data
USER node
EXPOSE 8080
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
