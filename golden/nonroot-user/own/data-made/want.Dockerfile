FROM node:20-slim
RUN mkdir -p /srv/shop /srv/shop/cache /var/lib/shop
WORKDIR /srv/shop
COPY . .
RUN chown node:node /srv/shop/cache /var/lib/shop
USER node
EXPOSE 3000
CMD ["node", "server.js"]
