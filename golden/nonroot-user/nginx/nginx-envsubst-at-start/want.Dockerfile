FROM node:20-alpine AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM nginx:1.27
ENV API=http://127.0.0.1:3000
COPY default.conf.template /etc/nginx/conf.d/default.conf.template
COPY --from=build /app/dist /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /etc/nginx/conf.d /run/nginx.pid
USER nginx
CMD ["/bin/sh", "-c", "envsubst '$API' < /etc/nginx/conf.d/default.conf.template > /etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'"]
