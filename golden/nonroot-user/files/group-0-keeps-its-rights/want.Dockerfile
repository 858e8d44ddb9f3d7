FROM node:20-slim
WORKDIR /express-api
COPY . .
RUN mkdir -p uploads && chgrp -R 0 /express-api && chmod -R g=u /express-api
RUN chown node:0 /express-api /express-api/uploads
USER node
CMD ["node", "server.js"]
