FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN mkdir uploads && chgrp www-data uploads && chmod 2775 uploads
RUN chown node:node /app && chown node /app/uploads
USER node
EXPOSE 3000
CMD ["node", "server.js"]
