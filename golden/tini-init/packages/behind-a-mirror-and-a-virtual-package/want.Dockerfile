FROM node:20-alpine
WORKDIR /app
RUN sed -i 's/dl-cdn/mirror/' /etc/apk/repositories
COPY package*.json ./
RUN apk add --no-cache --virtual .build python3 make g++ && npm ci && apk del .build
RUN apk add --no-cache tini
COPY . .
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
