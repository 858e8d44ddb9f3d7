FROM node:20.19.5-alpine3.22
RUN apk add --no-cache tini
WORKDIR /app
ENV PATH=/app/bin:$PATH
COPY . ./
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]
CMD ["node", "server.js"]
