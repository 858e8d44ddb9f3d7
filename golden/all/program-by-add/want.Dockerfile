FROM node:20.19.5-alpine3.22
WORKDIR /app
ADD https://example.com/launch.sh /sbin/launch.sh
RUN chmod +x /sbin/launch.sh
COPY . .
EXPOSE 3005
CMD ["/sbin/launch.sh", "node", "server.js"]
