FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
RUN adduser -S app
WORKDIR /app
COPY --chown=app:nogroup . .
RUN chown app:nogroup /app
USER app
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
