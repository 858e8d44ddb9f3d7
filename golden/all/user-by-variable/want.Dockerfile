FROM node:20.19.5-alpine3.22
ARG RUN_AS=node
WORKDIR /app
COPY --chown=node:node . .
RUN chown node:node /app
USER ${RUN_AS}
CMD ["node", "server.js"]
