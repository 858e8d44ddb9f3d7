FROM nginx:1.27
COPY html /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R 101:101 /var/cache/nginx /etc/nginx/conf.d /run/nginx.pid
USER 101:101
