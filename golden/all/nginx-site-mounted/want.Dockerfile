FROM nginx:1.27@sha256:cd4495bb73de9b01bf009710b80ecf4be2d298db47492f4e9e7d0b04981c4614
COPY nginx.conf /etc/nginx/nginx.conf
COPY site /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /run/nginx.pid
USER nginx
