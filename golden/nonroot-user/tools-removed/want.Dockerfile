FROM node:20-alpine
WORKDIR /app
COPY . .
RUN chown node:node /app
RUN apk del --no-cache libc-utils && rm -rf /bin/busybox /bin/sh /sbin/apk
USER node
CMD ["node", "server.js"]
