FROM node:20-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM nginx:1.27
COPY --from=build /app/dist /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /etc/nginx/conf.d /run/nginx.pid
USER nginx
EXPOSE 80
