FROM node:20.19.5 AS Assets
FROM alpine:3.22.2
COPY --from=nginx:1.27.5-bookworm /etc/nginx /etc/nginx
COPY --chown=1:1 --from=docker.io/library/composer:2.8.12 /usr/bin/composer /usr/bin/
COPY --from=ASSETS /x /x
COPY --from=0 /x /x
COPY --from=sources / /src
ONBUILD COPY --from=nginx:1.27 /x /x
