FROM node:20-alpine
ARG RUN_AS=node
WORKDIR /app
COPY . .
RUN chown node:node /app
USER $RUN_AS
CMD ["node", "server.js"]
