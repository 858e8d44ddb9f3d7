FROM nginx:1.27
COPY nginx/ /etc/nginx/conf.d/
COPY html /usr/share/nginx/html
RUN touch /var/run/nginx.pid && chown -R nginx:nginx /var/run/nginx.pid /var/cache/nginx /etc/nginx/conf.d
USER nginx
CMD ["nginx", "-g", "daemon off;"]
