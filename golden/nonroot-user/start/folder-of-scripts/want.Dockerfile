FROM node:20-slim
WORKDIR /app
COPY docker/start.d/ /start.d/
COPY docker/start.sh /usr/local/bin/
COPY server.js .
RUN chown node:node /app
USER node
ENTRYPOINT ["start.sh"]
CMD ["node", "server.js"]
