FROM nginx:1.27
COPY default.conf /etc/nginx/conf.d
COPY html /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /run/nginx.pid
USER nginx
CMD nginx -g "daemon off;"
