FROM node:20.19.5-alpine3.22
RUN adduser -S app
WORKDIR /app
COPY --chown=app:nogroup . .
RUN chown app:nogroup /app
USER app
CMD ["node", "server.js"]
