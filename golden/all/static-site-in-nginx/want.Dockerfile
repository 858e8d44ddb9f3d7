FROM node:20.19.5-alpine3.22 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM nginx:1.27@sha256:cd4495bb73de9b01bf009710b80ecf4be2d298db47492f4e9e7d0b04981c4614
WORKDIR /app
COPY nginx/default.conf /etc/nginx/conf.d/default.conf
COPY --from=build /app/dist .
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /run/nginx.pid
USER nginx
EXPOSE 8080
