FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN mkdir uploads cache && chgrp www-data uploads && chmod 2775 uploads && chown root:www-data cache
RUN chown node:node /app && chown node /app/uploads /app/cache
USER node
EXPOSE 3000
CMD ["node", "server.js"]
