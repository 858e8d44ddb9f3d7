FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
ARG RUN_AS=node
WORKDIR /app
COPY --chown=node:node . .
RUN chown node:node /app
USER ${RUN_AS}
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
