FROM node:20-alpine AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM nginx:1.27
COPY nginx.conf /etc/nginx/
COPY --from=build /app/dist /usr/share/nginx/html
RUN chown -R nginx:nginx /var/cache/nginx
USER nginx
# serve
ENTRYPOINT ["nginx", "-g", "daemon off;"]
