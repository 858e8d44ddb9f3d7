FROM alpine:3.20
RUN apk add --no-cache nodejs \
 && addgroup -S web \
 && adduser -S -D -G web web
WORKDIR /srv/web
COPY . .
RUN chown web:web /srv/web
USER web
CMD ["node", "server.js"]
