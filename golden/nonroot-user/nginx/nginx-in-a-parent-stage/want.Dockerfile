FROM nginx:1.27 AS web
RUN rm /etc/nginx/conf.d/default.conf
COPY <<EOF /etc/nginx/conf.d/web.conf
server {
    listen 8080;
    root /srv;
}
EOF
WORKDIR /srv

FROM web
COPY html .
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /run/nginx.pid
USER nginx
