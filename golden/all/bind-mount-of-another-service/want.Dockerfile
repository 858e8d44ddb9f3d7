FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
COPY --chown=node:node . .
RUN mkdir -p logs
RUN chown node:node /app /app/logs
USER node
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "app.js"]
