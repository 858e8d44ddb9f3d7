FROM node:20-slim
ADD vendor/geo.tar.gz /opt/
WORKDIR /app
COPY --chown=node:node server.js .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
