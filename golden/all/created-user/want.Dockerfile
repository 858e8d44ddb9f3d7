FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
RUN addgroup -S app && adduser -S -G app app
WORKDIR /srv
WORKDIR api
COPY --chown=app:app . .
RUN npm ci --omit=dev
RUN chown app:app /srv/api
USER app
EXPOSE 3000
HEALTHCHECK CMD wget -qO- http://localhost:3000/health || exit 1
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
