FROM node:20-alpine
WORKDIR /app
COPY . .
RUN chown node:node /app
RUN rm -f /sbin/apk /bin/chown /bin/chmod
USER node
CMD ["node", "server.js"]
