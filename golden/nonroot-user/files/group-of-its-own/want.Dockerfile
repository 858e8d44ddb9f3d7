FROM node:20-slim
WORKDIR /app
COPY . .
RUN chgrp -R node /app && chmod -R g+w /app
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
