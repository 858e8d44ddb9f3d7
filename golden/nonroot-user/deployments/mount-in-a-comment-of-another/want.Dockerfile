# Beside it: docker run -d -v /srv/inbox:/app/uploads nginx:1.27
FROM node:20-alpine
WORKDIR /app
COPY --chown=node:node . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
