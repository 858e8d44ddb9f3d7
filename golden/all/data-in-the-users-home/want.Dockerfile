FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
COPY --chown=node:node package.json server.js ./
ENV DB_PATH=/home/node/data
RUN chown node:node /app
USER node
EXPOSE 5577
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
