FROM node:20-slim
COPY vendor/geo.tar.gz /tmp/
RUN tar -xzf /tmp/geo.tar.gz -C /opt && chmod -R a+rX /opt/geo && rm /tmp/geo.tar.gz
WORKDIR /app
COPY --chown=node:node server.js .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["node", "server.js"]
