FROM node:20-alpine AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM nginx:1.27
COPY --from=build /app/dist /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /etc/nginx/conf.d /run/nginx.pid
USER nginx
HEALTHCHECK CMD curl -fs http://localhost/ || exit 1
