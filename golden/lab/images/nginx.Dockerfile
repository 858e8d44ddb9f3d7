# nginx in the official images' form, of Debian's package: an older version than
# its tag tells.
FROM debian:bookworm-slim AS nginx
ENV NGINX_VERSION=1.27.5
ENV PKG_RELEASE=1~bookworm
RUN groupadd --system --gid 101 nginx \
    && useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false --uid 101 nginx \
    && apt-get update && apt-get install --no-install-recommends --no-install-suggests -y nginx-light gettext-base curl \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-* /etc/nginx/modules-enabled /var/www \
    && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log \
    && mkdir -p /docker-entrypoint.d /var/cache/nginx /etc/nginx/conf.d
COPY <<'EOF' /etc/nginx/nginx.conf
user  nginx;
worker_processes  2;
error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    access_log  /var/log/nginx/access.log;
    client_body_temp_path /var/cache/nginx/client_temp;
    proxy_temp_path /var/cache/nginx/proxy_temp;
    fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
    uwsgi_temp_path /var/cache/nginx/uwsgi_temp;
    scgi_temp_path /var/cache/nginx/scgi_temp;
    sendfile        on;
    keepalive_timeout  65;
    include /etc/nginx/conf.d/*.conf;
}
EOF
COPY <<'EOF' /etc/nginx/conf.d/default.conf
server {
    listen       80;
    server_name  localhost;
    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
EOF
COPY <<'EOF' /usr/share/nginx/html/index.html
<!DOCTYPE html><title>Welcome to nginx!</title>
EOF
COPY --chmod=755 <<'EOF' /docker-entrypoint.sh
#!/bin/sh
# Runs what is in /docker-entrypoint.d before nginx.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
    for f in /docker-entrypoint.d/*.sh; do
        [ -x "$f" ] && "$f"
    done
fi
exec "$@"
EOF
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]

FROM nginx AS unprivileged
RUN sed -i 's,listen       80;,listen       8080;,' /etc/nginx/conf.d/default.conf \
    && sed -i '/user  nginx;/d; s,/run/nginx.pid,/tmp/nginx.pid,; s,/var/cache/nginx/\([a-z]*\)_temp,/tmp/\1_temp,' /etc/nginx/nginx.conf \
    && chown -R 101:0 /var/cache/nginx && chmod -R g+w /var/cache/nginx && chown -R 101:0 /etc/nginx && chmod -R g+w /etc/nginx
EXPOSE 8080
USER 101

FROM nginx AS collected
RUN mkdir -p /libs && ldd /usr/sbin/nginx | awk '/=> \//{print $3}' | xargs -I{} cp -L {} /libs/

# A stand-in, see alpine.Dockerfile.
FROM alpine:3.22 AS alpine
ENV NGINX_VERSION=1.27.5
RUN addgroup -g 101 -S nginx \
    && adduser -S -D -H -u 101 -h /var/cache/nginx -s /sbin/nologin -G nginx -g nginx nginx \
    && mkdir -p /docker-entrypoint.d /var/cache/nginx /var/log/nginx /var/lib/nginx \
    && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
COPY --from=collected /libs /lib/x86_64-linux-gnu
COPY --from=collected /usr/sbin/nginx /usr/sbin/nginx
COPY --from=collected /etc/nginx /etc/nginx
COPY --from=collected /usr/share/nginx/html /usr/share/nginx/html
COPY --from=collected /docker-entrypoint.sh /docker-entrypoint.sh
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
