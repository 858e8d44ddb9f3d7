FROM node:20-alpine AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM nginx:1.27
RUN apt-get update && apt-get install -y --no-install-recommends jq && rm -rf /var/lib/apt/lists/*
COPY nginx/10-api.sh /docker-entrypoint.d/
COPY nginx/default.conf /etc/nginx/conf.d/
COPY --from=build /app/dist /usr/share/nginx/html
RUN touch /run/nginx.pid && chown -R nginx:nginx /var/cache/nginx /etc/nginx/conf.d /run/nginx.pid
USER nginx
