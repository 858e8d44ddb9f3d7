FROM node:20-slim
ARG DIR=/srv/x
WORKDIR $DIR
COPY . .
RUN chown node:node .
USER node
CMD ["node", "server.js"]
